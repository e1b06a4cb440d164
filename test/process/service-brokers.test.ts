import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator } from '@shardgate/simulator';
import { connect } from 'amqplib';
import { createClient } from 'redis';
import { expect, it, onTestFinished } from 'vitest';
import { startRabbitmq } from '../services/rabbitmq.ts';
import { startRedis } from '../services/redis.ts';
import { ADMIN_KEY, SERVICE_TOKEN, startService, whenReady } from '../beds/service-process.ts';
import { startCommand } from './demo-process.ts';

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

it(
  'a deployment of twilight-dispatch needs nothing but the profile: its bot gets events and gives commands',
  { timeout: 180_000 },
  async () => {
    const [broker, cache] = await Promise.all([startRabbitmq(), startRedis()]);
    onTestFinished(() => broker.end());
    onTestFinished(() => cache.end());
    const { apiUrl, folder, simulator } = await startDiscord();
    const service = startCommand(['start', '--profile', 'twilight-dispatch', '--admin-port', '0'], {
      cwd: folder,
      env: {
        BOT_TOKEN: SERVICE_TOKEN,
        DISCORD_API_URL: apiUrl,
        SHARDS_TOTAL: '2',
        SHARDS_END: '1',
        RABBIT_PORT: String(broker.port),
        RABBIT_PASSWORD: 'guest',
        REDIS_PORT: String(cache.port),
        PROMETHEUS_PORT: '0',
      },
    });
    await service.printed(/"admin":"http/);
    // As its bots do.
    const bot = await connect(broker.url);
    onTestFinished(() => bot.close());
    const channel = await bot.createChannel();
    const seen: { op: number; t: string; d: object }[] = [];
    // Whoever is there first declares it.
    await channel.assertQueue('gateway.recv', { durable: true });
    await channel.consume('gateway.recv', (message) => {
      if (message === null) return;
      seen.push(JSON.parse(message.content.toString()));
      channel.ack(message);
    });
    await expect.poll(() => seen.filter(({ t }) => t === 'READY').length, { timeout: 30_000 }).toBe(2);
    await expect.poll(() => seen.some(({ t }) => t === 'MESSAGE_CREATE'), { timeout: 20_000 }).toBe(true);
    expect(Object.keys(seen.find(({ t }) => t === 'MESSAGE_CREATE') ?? {})).toEqual(['op', 't', 'd']);

    const data = { op: 3, d: { since: null, activities: [], status: 'idle', afk: false } };
    channel.sendToQueue('gateway.send', Buffer.from(JSON.stringify({ op: 0, shard: 1, data })));
    const presences = (): number =>
      simulator.ledger.activity({ kind: 'command' }).filter((one) => one.kind === 'command' && one.op === 3).length;
    await expect.poll(presences, { timeout: 10_000 }).toBe(1);
    channel.sendToQueue('gateway.send', Buffer.from(JSON.stringify({ op: 1, shard: 0, data: null })));
    await expect
      .poll(() => simulator.ledger.activity({ kind: 'resume', shardId: 0 }).length, { timeout: 10_000 })
      .toBe(1);
    service.child.kill('SIGTERM');
    expect(await service.ended, service.output()).toBe(0);
    expect(service.output()).not.toContain('guest:guest');
  },
);

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
