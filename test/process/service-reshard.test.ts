import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertClean, createSimulator, type Simulator } from '@shardgate/simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startReshardListener, type ReshardListener } from '../beds/reshard-listener.ts';
import { ADMIN_KEY, SERVICE_TOKEN, startService, whenReady, type ServiceProcess } from '../beds/service-process.ts';
import { startCommand, type CommandProcess } from './demo-process.ts';
import { freePort } from '../beds/free-port.ts';

const RATE = 300;
const SINK_KEY = 'canary-sink-key-0123456789abcdef';
const NOTHING_WRONG = { lost: [], doubled: [], falseGuilds: [] };

let folder = '';
let simulator: Simulator;
let listener: ReshardListener | undefined;
const commands: CommandProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shardgate-reshard-'));
  simulator = createSimulator({
    shards: 2,
    maxConcurrency: 16,
    guilds: 24,
    token: SERVICE_TOKEN,
    replayLimit: 50_000,
    trimReplayOnHeartbeat: true,
    heartbeatIntervalMs: 2_000,
  });
});

afterEach(async () => {
  await listener?.close();
  listener = undefined;
  for (const { child } of commands.splice(0)) child.kill('SIGKILL');
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(apiUrl: string, port: number): Promise<ServiceProcess> {
  const service = await startService({
    folder,
    apiUrl,
    configuration: {
      admin: { port: 0, secretKey: ADMIN_KEY },
      sinks: [{ type: 'websocket', name: 'bot', port, secretKey: SINK_KEY }],
      // The bot's own edits of messages are events, too.
      filters: { editedMessages: false },
    },
  });
  commands.push(service);
  await whenReady(service);
  return service;
}

/** Runs `shardgate reshard`. */
async function reshard(service: ServiceProcess, ...parameters: readonly string[]): Promise<CommandProcess> {
  const command = startCommand(['reshard', ...parameters, '--url', await service.adminUrl], {
    cwd: folder,
    env: { SHARDGATE_ADMIN_SECRET_KEY: ADMIN_KEY },
  });
  commands.push(command);
  return command;
}

const json = async (service: ServiceProcess, path: string): Promise<unknown> =>
  JSON.parse((await service.call(path)).text);

/** Lets events flow for a while, as many as make a difference. */
async function more(events: number): Promise<void> {
  const before = simulator.ledger.dispatches().length;
  await expect
    .poll(() => simulator.ledger.dispatches().length, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(before + events);
}

async function allHandled(): Promise<void> {
  simulator.configure({ eventsPerSecond: 0 });
  await expect.poll(() => listener?.judge(simulator).lost, { timeout: 20_000, interval: 200 }).toEqual([]);
}

it(
  'the command takes a running gateway from 2 to 4 to 3 shards, and a bot that is never connected anew gets every event once',
  { timeout: 120_000 },
  async () => {
    const { apiUrl } = await simulator.start();
    const port = await freePort();
    const service = await start(apiUrl, port);
    listener = await startReshardListener(`ws://127.0.0.1:${port}`, SINK_KEY);
    simulator.configure({ eventsPerSecond: RATE });
    await more(RATE);

    const check = await reshard(service, '4', '--check', '--json');
    expect([await check.ended, check.lines()], check.output()).toEqual([
      0,
      [expect.objectContaining({ shards: 2, maxShards: 4, identifies: 4, affordable: true, configured: null })],
    ]);
    const unconfirmed = await reshard(service, '4');
    expect([await unconfirmed.ended, unconfirmed.output()]).toEqual([2, expect.stringContaining('--yes')]);

    const first = await reshard(service, '4', '--yes');
    expect(await first.ended, first.output()).toBe(0);
    expect(first.output()).toMatch(/2 → 4 preparing: .*\n(.*\n)*done after 0:\d\d: 4 shards have taken over from 2\n$/);
    await more(RATE);
    expect(await json(service, '/api/overview')).toMatchObject({ shardsHere: 4, shardsTotal: 4, shards: { ready: 4 } });

    const second = await reshard(service, '3', '--yes', '--json');
    expect(await second.ended, second.output()).toBe(0);
    expect(second.lines().at(-1)).toMatchObject({ result: 'done', from: 4, to: 3 });
    await more(RATE);
    expect(await json(service, '/api/overview')).toMatchObject({ shardsHere: 3, shardsTotal: 3, shards: { ready: 3 } });
    const incidents = (await json(service, '/api/incidents')) as { kind: string }[];
    expect(incidents.map(({ kind }) => kind).filter((kind) => kind.startsWith('reshard'))).toEqual([
      'reshardClosed',
      'resharded',
      'reshardStarted',
      'reshardClosed',
      'resharded',
      'reshardStarted',
    ]);
    const { text } = await service.call('/metrics');
    expect(text).toContain('shardgate_reshards_total{result="done"} 2');
    expect(text).toContain('shardgate_bot_shards 3');

    const status = startCommand(['status', '--url', await service.adminUrl], {
      cwd: folder,
      env: { SHARDGATE_ADMIN_SECRET_KEY: ADMIN_KEY },
    });
    expect([await status.ended, status.output()]).toEqual([
      0,
      expect.stringContaining('3 shards since a reshard; shards.total is auto'),
    ]);

    await allHandled();
    expect(listener.judge(simulator)).toEqual(NOTHING_WRONG);
    expect([listener.connections(), listener.gaps]).toEqual([1, []]);
    expect([...listener.shardCounts].toSorted((one, other) => one - other)).toEqual([2, 3, 4]);
    expect(simulator.ledger.activity({ kind: 'identify' }).length).toBe(2 + 4 + 3);
    assertClean(simulator);
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  },
);

it(
  'a gateway killed while it reshards goes on with the old shards, and one killed after the cut with the new ones',
  { timeout: 120_000 },
  async () => {
    const { apiUrl } = await simulator.start();
    const port = await freePort();
    let service = await start(apiUrl, port);
    listener = await startReshardListener(`ws://127.0.0.1:${port}`, SINK_KEY);
    simulator.configure({ eventsPerSecond: RATE });
    await more(RATE);

    // One of the new shards gets no connection, so the others wait for it.
    simulator.fault({ kind: 'refuse-connect' });
    const left = await reshard(service, '4', '--yes');
    await left.printed(/2 → 4 preparing/);
    left.child.kill('SIGINT');
    expect([await left.ended, left.output()]).toEqual([130, expect.stringContaining('the reshard goes on')]);
    expect(await json(service, '/api/reshard')).toMatchObject({ running: { phase: 'preparing', from: 2, to: 4 } });
    service.child.kill('SIGKILL');
    await service.ended;
    simulator.clearFaults();
    service = await start(apiUrl, port);
    expect(await json(service, '/api/overview')).toMatchObject({ shardsHere: 2, shardsTotal: 2 });
    await more(RATE);

    const again = await reshard(service, '4', '--yes');
    await again.printed(/closing: 4 shards have taken over|done/);
    service.child.kill('SIGKILL');
    await service.ended;
    service = await start(apiUrl, port);
    expect(await json(service, '/api/reshard')).toMatchObject({ shards: 4, configured: 'auto', running: null });
    await more(RATE);

    await allHandled();
    // What was under way when the process was killed may come again: the ids tell it, and the client drops it.
    expect(listener.judge(simulator)).toEqual(NOTHING_WRONG);
    expect(listener.gaps).toEqual([]);
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  },
);

it(
  'a reshard that the budget does not have is refused with its reason, and one given up leaves the shards as they were',
  { timeout: 120_000 },
  async () => {
    const { apiUrl } = await simulator.start();
    const service = await start(apiUrl, await freePort());
    simulator.fault({ kind: 'refuse-connect' });
    const running = await reshard(service, '8', '--yes');
    await running.printed(/2 → 8 preparing/);
    const other = await reshard(service, '8', '--yes');
    expect([await other.ended, other.output()]).toEqual([1, expect.stringContaining('another reshard is under way')]);
    const cancel = await reshard(service, '--cancel');
    expect([await cancel.ended, cancel.output()]).toEqual([0, expect.stringContaining('the shards go on as before')]);
    expect([await running.ended, running.output()]).toEqual([
      1,
      expect.stringMatching(/given up after 0:\d\d, the bot keeps its 2 shards instead of 8: an operator gave it up/),
    ]);
    simulator.clearFaults();
    const late = await reshard(service, '--cancel');
    expect([await late.ended, late.output()]).toEqual([1, expect.stringContaining('no reshard is under way')]);

    simulator.setIdentifyRemaining(102);
    // Discord is not asked for the budget each time: what was heard a moment ago counts.
    const remaining = async (): Promise<unknown> => Object(await json(service, '/api/reshard/need?count=8')).remaining;
    await expect.poll(remaining, { timeout: 20_000 }).toBe(102);
    const tooMany = await reshard(service, '8', '--yes');
    expect([await tooMany.ended, tooMany.output()]).toEqual([
      1,
      expect.stringMatching(/8 identifies are needed, and of the 102 that are left 100 are kept in reserve/),
    ]);
    const { text } = await service.call('/metrics');
    expect(text).toContain('shardgate_reshards_total{result="refused"} 1');
    expect(text).toContain('shardgate_reshards_total{result="rolledBack"} 1');
    expect(await json(service, '/api/overview')).toMatchObject({ shardsHere: 2, shards: { ready: 2 } });
    expect(service.output() + tooMany.output()).not.toContain(SERVICE_TOKEN);
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  },
);
