import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertClean, createSimulator, type Simulator } from '@shardgate/simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../beds/free-port.ts';
import { startReshardListener, type ReshardListener } from '../beds/reshard-listener.ts';
import { ADMIN_KEY, SERVICE_TOKEN, startService, whenReady, type ServiceProcess } from '../beds/service-process.ts';

const RATE = 300;
const SINK_KEY = 'canary-sink-key-0123456789abcdef';

interface Worker {
  readonly workerId: number;
  readonly state: string;
  readonly pid: number;
  readonly losses: number;
  readonly shards: readonly { readonly shardId: number }[];
}

let folder = '';
let simulator: Simulator;
let service: ServiceProcess | undefined;
let listener: ReshardListener | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shardgate-workers-'));
  simulator = createSimulator({ shards: 4, maxConcurrency: 16, guilds: 24, token: SERVICE_TOKEN, replayLimit: 50_000 });
});

afterEach(async () => {
  await listener?.close();
  service?.child.kill('SIGKILL');
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(apiUrl: string, port: number): Promise<ServiceProcess> {
  const started = await startService({
    folder,
    apiUrl,
    configuration: {
      admin: { port: 0, secretKey: ADMIN_KEY },
      sinks: [{ type: 'websocket', name: 'bot', port, secretKey: SINK_KEY }],
      filters: { editedMessages: false },
      workers: { count: 2, isolation: 'process' },
    },
  });
  service = started;
  await whenReady(started);
  return started;
}

const workersOf = async (of: ServiceProcess): Promise<readonly Worker[]> =>
  JSON.parse((await of.call('/api/workers')).text) as readonly Worker[];

/** Lets events flow for a while. */
async function more(events: number): Promise<void> {
  const before = simulator.ledger.dispatches().length;
  await expect
    .poll(() => simulator.ledger.dispatches().length, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(before + events);
}

it(
  'a service with two workers loses nothing when one of them is killed, and when the whole is stopped and started again',
  { timeout: 120_000 },
  async () => {
    const { apiUrl } = await simulator.start();
    const port = await freePort();
    const first = await start(apiUrl, port);
    listener = await startReshardListener(`ws://127.0.0.1:${port}`, SINK_KEY);
    simulator.configure({ eventsPerSecond: RATE });
    await more(RATE);

    const before = await workersOf(first);
    expect(before.map(({ state, shards }) => [state, shards.length])).toEqual([
      ['running', 2],
      ['running', 2],
    ]);
    const victim = before[0]?.pid ?? 0;
    expect(victim).not.toBe(first.child.pid);
    process.kill(victim, 'SIGKILL');
    await expect
      .poll(async () => (await workersOf(first)).map(({ state, losses, pid }) => [state, losses, pid === victim]), {
        timeout: 20_000,
      })
      .toEqual([
        ['running', 1, false],
        ['running', 0, false],
      ]);
    await whenReady(first);
    await more(RATE);
    const { text } = await first.call('/metrics');
    expect(text).toContain('shardgate_workers{state="running"} 2');
    expect(text).toContain('shardgate_worker_losses_total{worker="1"} 1');
    expect((await first.call('/api/incidents')).text).toContain('"kind":"workerLost"');

    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    const second = await start(apiUrl, port);
    await more(RATE);
    simulator.configure({ eventsPerSecond: 0 });
    await expect.poll(() => listener?.judge(simulator).lost, { timeout: 20_000, interval: 200 }).toEqual([]);
    expect(listener.judge(simulator)).toEqual({ lost: [], doubled: [], falseGuilds: [] });
    expect(listener.gaps).toEqual([]);
    expect(simulator.ledger.activity({ kind: 'identify' }).length).toBe(4);
    assertClean(simulator);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  },
);
