import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator } from '@shardgate/simulator';
import { createClient } from 'redis';
import { expect, it, onTestFinished } from 'vitest';
import { startRedis } from '../services/redis.ts';
import { ADMIN_KEY, SERVICE_TOKEN, startService, whenReady } from '../beds/service-process.ts';

/** A Discord of two shards, and a folder to start in. */
async function startDiscord(): Promise<{
  apiUrl: string;
  folder: string;
  simulator: ReturnType<typeof createSimulator>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'shardgate-brokers-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const simulator = createSimulator({ shards: 2, maxConcurrency: 2, token: SERVICE_TOKEN, eventsPerSecond: 100 });
  onTestFinished(() => simulator.close());
  const { apiUrl } = await simulator.start();
  return { apiUrl, folder, simulator };
}

it('a bot of tatsuworks/gateway finds its lists, and what came while Redis was away', { timeout: 90_000 }, async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.end());
  const { apiUrl, folder, simulator } = await startDiscord();
  const service = await startService({
    folder,
    apiUrl,
    configuration: {
      profile: 'tatsu',
      shards: { total: 2 },
      admin: { port: 0, secretKey: ADMIN_KEY },
      sinks: [{ type: 'redisList', name: 'redis', url: redis.url, timeoutMs: 2_000 }],
    },
  });
  await whenReady(service);
  const bot = createClient({ url: redis.url, socket: { reconnectStrategy: 100 } });
  bot.on('error', () => {});
  await bot.connect();
  onTestFinished(() => bot.destroy());
  const ids: string[] = [];
  const take = async (): Promise<number> => {
    for (;;) {
      const element = await bot.lPop('gateway:events:MESSAGE_CREATE');
      if (element === null) return ids.length;
      ids.push((JSON.parse(element) as { id: string }).id);
    }
  };
  await expect.poll(take, { timeout: 20_000 }).toBeGreaterThan(20);
  redis.pause();
  const sent = (): number => simulator.ledger.dispatches({ t: 'MESSAGE_CREATE' }).length;
  const atPause = sent();
  await expect.poll(sent, { timeout: 20_000 }).toBeGreaterThan(atPause + 100);
  redis.resume();
  const before = ids.length;
  await expect.poll(take, { timeout: 20_000 }).toBeGreaterThan(before + 20);
  simulator.configure({ eventsPerSecond: 0 });
  const happened = (): number =>
    new Set(simulator.ledger.dispatches({ t: 'MESSAGE_CREATE' }).map(({ key }) => key)).size;
  await expect.poll(take, { timeout: 20_000 }).toBe(happened());
  expect(new Set(ids).size).toBe(ids.length);
  service.child.kill('SIGTERM');
  expect(await service.ended, service.output()).toBe(0);
});
