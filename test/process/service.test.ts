import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertClean, compareDeliveries, createSimulator, type Simulator } from '@shardgate/simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dispatchedEvents } from '../beds/delivery-discord.ts';
import { endProcesses, readHandled, startBot } from '../beds/delivery-processes.ts';
import { ADMIN_KEY, SERVICE_TOKEN, startService, whenReady, type ServiceProcess } from '../beds/service-process.ts';

const SHARDS = 8;
const RATE = 1_000;

let folder = '';
let simulator: Simulator;
const services: ServiceProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shardgate-service-'));
  simulator = createSimulator({
    shards: SHARDS,
    maxConcurrency: 16,
    guilds: 40,
    token: SERVICE_TOKEN,
    replayLimit: 50_000,
    trimReplayOnHeartbeat: true,
    heartbeatIntervalMs: 2_000,
  });
});

afterEach(async () => {
  for (const { child } of services.splice(0)) child.kill('SIGKILL');
  await endProcesses();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

/** All that Discord sends, so that the two can be compared. */
const EVERYTHING = { filters: { loadedGuilds: false, unavailableGuilds: false, editedMessages: false } };

async function start(apiUrl: string): Promise<ServiceProcess> {
  const service = await startService({
    folder,
    apiUrl,
    configuration: {
      admin: { port: 0, secretKey: ADMIN_KEY },
      sinks: [{ type: 'unix', name: 'bot', path: join(folder, 'bot.sock') }],
      ...EVERYTHING,
    },
  });
  services.push(service);
  return service;
}

it(
  'is stopped and replaced three times under 1,000 events a second: exit code 0, every session resumed, not one event lost',
  { timeout: 180_000 },
  async () => {
    const { apiUrl } = await simulator.start();
    let service = await start(apiUrl);
    await whenReady(service);
    startBot({ url: `unix:${join(folder, 'bot.sock')}`, folder, name: 'bot' });
    simulator.configure({ eventsPerSecond: RATE });
    for (let round = 0; round < 3; round += 1) {
      const sent = dispatchedEvents(simulator).length;
      await expect.poll(() => dispatchedEvents(simulator).length, { timeout: 20_000 }).toBeGreaterThan(sent + RATE);
      const stopAt = performance.now();
      service.child.kill('SIGTERM');
      expect(await service.ended, service.output()).toBe(0);
      expect(performance.now() - stopAt).toBeLessThan(20_000);
      service = await start(apiUrl);
      await whenReady(service);
    }
    simulator.configure({ eventsPerSecond: 0 });
    const all = dispatchedEvents(simulator);
    await expect
      .poll(() => readHandled(folder, 'bot').length, { timeout: 30_000, interval: 100 })
      .toBeGreaterThanOrEqual(all.length);
    const { lost, unknown, reordered, duplicated } = compareDeliveries(all, readHandled(folder, 'bot'));
    expect([lost, unknown, reordered, duplicated].map(({ length }) => length)).toEqual([0, 0, 0, 0]);
    expect(simulator.ledger.activity({ kind: 'identify' }).length).toBe(SHARDS);
    assertClean(simulator, { needlessIdentifies: true });
  },
);

it('shows itself and does what it is asked, and no output of it holds a secret', { timeout: 60_000 }, async () => {
  const { apiUrl } = await simulator.start();
  simulator.configure({ eventsPerSecond: 100 });
  const service = await start(apiUrl);
  await whenReady(service);
  const json = async (path: string): Promise<unknown> => JSON.parse((await service.call(path)).text);
  expect(await json('/api/overview')).toMatchObject({
    shards: { ready: SHARDS },
    shardsHere: SHARDS,
    shardsTotal: SHARDS,
  });
  expect(await json('/api/shards/3')).toMatchObject({ id: 3, condition: 'ready', counts: { identifies: 1 } });

  const resumes = (): number => simulator.ledger.activity({ kind: 'resume' }).length;
  expect(resumes()).toBe(0);
  expect((await service.call('/api/shards/3/reconnect', { method: 'POST', body: {} })).status).toBeLessThan(300);
  await expect.poll(resumes, { timeout: 10_000 }).toBe(1);
  await expect
    .poll(() => json('/api/shards/3'), { timeout: 10_000 })
    .toMatchObject({ condition: 'ready', reconnects: [{ how: 'resumed' }] });

  const lag = async (): Promise<number> =>
    ((await json('/api/lanes')) as { lanes: { lag: number }[] }).lanes.reduce((sum, lane) => sum + lane.lag, 0);
  startBot({ url: `unix:${join(folder, 'bot.sock')}`, folder, name: 'bot' });
  await expect.poll(lag, { timeout: 20_000 }).toBeLessThan(50);
  expect((await service.call('/api/sinks/bot/pause', { method: 'POST', body: {} })).status).toBeLessThan(300);
  await expect.poll(lag, { timeout: 20_000 }).toBeGreaterThan(200);
  expect((await service.call('/api/sinks/bot/resume', { method: 'POST', body: {} })).status).toBeLessThan(300);
  await expect.poll(lag, { timeout: 20_000 }).toBeLessThan(50);

  const pages = ['/metrics', '/healthz', '/readyz', '/api/overview', '/api/shards', '/api/shards/0', '/api/lanes'];
  pages.push('/api/journal', '/api/budget', '/api/incidents', '/api/rates', '/api/history', '/api/openapi.json');
  const texts = await Promise.all(pages.map(async (path) => (await service.call(path)).text));
  const unknown = await service.call('/api/shards/99');
  expect([unknown.status, unknown.text]).toEqual([404, expect.stringContaining('99')]);
  service.child.kill('SIGTERM');
  expect(await service.ended).toBe(0);
  for (const text of [...texts, unknown.text, service.output()])
    for (const secret of [SERVICE_TOKEN, ADMIN_KEY]) expect(text).not.toContain(secret);
});
