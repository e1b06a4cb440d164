import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventClient, createStateClient, type EventClient, type StreamEvent } from '@shardgate/client';
import { createSimulator, type Simulator } from '@shardgate/simulator';
import { guildRef, ownedRef } from '@shardgate/state';
import { openStateReader } from '@shardgate/state/reader';
import { createRedisReader } from '@shardgate/state/redis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../beds/free-port.ts';
import { SERVICE_TOKEN, startService, whenReady, type ServiceProcess } from '../beds/service-process.ts';
import { startRedis, type RedisServer } from '../services/redis.ts';

const STATE_KEY = 'canary-state-key';
const GUILDS = 6;
const AUTHOR = { id: '80351110224678912', username: 'nelly' };

let folder = '';
let simulator: Simulator;
let redis: RedisServer | undefined;
const services: ServiceProcess[] = [];
const clients: EventClient[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shardgate-service-state-'));
  simulator = createSimulator({ shards: 2, maxConcurrency: 2, guilds: GUILDS, token: SERVICE_TOKEN });
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const { child } of services.splice(0)) child.kill('SIGKILL');
  await simulator.close();
  await redis?.end();
  redis = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function start(apiUrl: string, configuration: object, env: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await startService({ folder, apiUrl, env, configuration });
  services.push(service);
  await whenReady(service);
  return service;
}

/** The first address that a service prints after a word. */
async function printedUrl(service: ServiceProcess, what: RegExp): Promise<string> {
  await service.printed(what);
  return what.exec(service.output())?.[1] ?? '';
}

it(
  'a service with a cache gives events what was before them, lets others read it, and has it again after kill -9',
  { timeout: 60_000 },
  async () => {
    const { apiUrl } = await simulator.start();
    const configuration = {
      state: {
        enabled: true,
        stores: [{ type: 'lmdb' }],
        kinds: { message: true },
        api: { enabled: true, port: 0, secretKey: STATE_KEY },
      },
      sinks: [{ type: 'websocket', name: 'bot', port: await freePort() }],
    };
    const service = await start(apiUrl, configuration);
    const [guildId = ''] = simulator.guilds.ids({ limit: 1 });
    const events: StreamEvent[] = [];
    const client = createEventClient({
      url: `ws://127.0.0.1:${configuration.sinks[0]?.port}`,
      name: 'bot',
      handleEvent: (_, event) => void events.push(event),
    });
    clients.push(client);
    await client.connect();

    // Another process of the machine.
    const reader = await openStateReader({ path: join(folder, '.shardgate', 'state') });
    await expect.poll(() => reader.counts().guild, { timeout: 10_000 }).toBe(GUILDS);
    const [channel] = reader.listOfGuild('channel', guildId, { limit: 1 });
    const channelId = channel?.id ?? '';

    const message = { id: '1200000000000000001', channel_id: channelId, guild_id: guildId, author: AUTHOR };
    simulator.emit({ t: 'MESSAGE_CREATE', d: { ...message, content: 'first' } });
    simulator.emit({ t: 'MESSAGE_UPDATE', d: { ...message, content: 'second' } });
    simulator.emit({ t: 'CHANNEL_UPDATE', d: { ...channel, guild_id: guildId, name: 'renamed' } });
    simulator.emit({ t: 'MESSAGE_UPDATE', d: { ...message, content: 'third' } });
    const olds = (t: string): unknown[] => events.filter((event) => event.t === t).map(({ old }) => old);
    await expect.poll(() => olds('MESSAGE_UPDATE').length, { timeout: 10_000 }).toBe(2);
    expect(olds('MESSAGE_CREATE')).toEqual([undefined]);
    expect(olds('MESSAGE_UPDATE')).toMatchObject([{ content: 'first' }, { content: 'second' }]);
    expect(olds('CHANNEL_UPDATE')).toMatchObject([{ id: channelId, name: Reflect.get(Object(channel), 'name') }]);

    const cache = createStateClient({
      url: await printedUrl(service, /State API listens on (http\S+?)"/),
      key: STATE_KEY,
    });
    expect((await cache.guild(guildId))?.id).toBe(guildId);
    expect(await cache.channel(channelId)).toMatchObject({ name: 'renamed' });
    await expect.poll(() => reader.message(channelId, message.id)?.content, { timeout: 5_000 }).toBe('third');

    const { text } = await service.call('/api/state');
    expect(JSON.parse(text)).toMatchObject({
      stores: [{ name: 'lmdb', isReady: true, isStale: false, queuedOperations: 0 }],
      waitingEvents: 0,
      failed: 0,
    });
    const metrics = await service.call('/metrics');
    expect(metrics.text).toMatch(new RegExp(`^shardgate_state_objects\\{kind="guild"\\} ${GUILDS}$`, 'm'));
    expect(metrics.text).toMatch(/^shardgate_state_store_stale\{store="lmdb"\} 0$/m);

    service.child.kill('SIGKILL');
    await service.ended;
    // No guild comes again: sessions are resumed.
    const again = await start(apiUrl, configuration);
    const state = createStateClient({
      url: await printedUrl(again, /State API listens on (http\S+?)"/),
      key: STATE_KEY,
    });
    expect(await state.channel(channelId)).toMatchObject({ name: 'renamed' });
    expect(await state.message(channelId, message.id)).toMatchObject({ content: 'third' });
    expect(simulator.ledger.activity({ kind: 'identify' }).length).toBe(2);
    await reader.close();
    again.child.kill('SIGTERM');
    expect(await again.ended, again.output()).toBe(0);
    expect(service.output() + again.output()).not.toContain(STATE_KEY);
  },
);

it(
  'in the profile twilight-dispatch a Redis has its keys; one that stalls holds nothing up, one that is not there is told with the setting',
  { timeout: 60_000 },
  async () => {
    const { apiUrl } = await simulator.start();
    redis = await startRedis();
    const { port } = redis;
    // The file's sink takes the place of the profile's RabbitMQ.
    const env = { SHARDGATE_PROFILE: 'twilight-dispatch', PROMETHEUS_PORT: '0', REDIS_PORT: String(port) };
    const service = await start(apiUrl, {}, env);
    const reader = createRedisReader({ url: redis.url });
    await expect.poll(async () => (await reader.counts()).guild, { timeout: 10_000 }).toBe(GUILDS);
    const [guildId = ''] = simulator.guilds.ids({ limit: 1 });
    expect(JSON.parse((await reader.get(guildRef(guildId))) ?? '{}')).toMatchObject({
      id: guildId,
    });
    const [role] = await reader.list({ kind: 'role', guildId });
    expect(await reader.get(ownedRef('role', guildId, role?.ref.id ?? ''))).toBe(role?.value);
    await expect
      .poll(async () => (await reader.gateway()).statuses.map(({ status }) => status), { timeout: 5_000 })
      .toEqual(['Connected', 'Connected']);
    expect((await reader.gateway()).shardCount).toBe(2);
    // The first look has them counted.
    const scrape = async (): Promise<string> => (await service.call('/metrics')).text;
    await expect.poll(scrape, { timeout: 10_000 }).toMatch(/^state_channels [1-9]\d*$/m);
    expect(await scrape()).toMatch(new RegExp(`^state_guilds ${GUILDS}$`, 'm'));

    // A Redis that answers nothing holds nothing up, and is told of.
    const kinds = async (): Promise<string[]> =>
      (JSON.parse((await service.call('/api/incidents')).text) as { kind: string }[]).map(({ kind }) => kind);
    redis.pause();
    simulator.emit({ t: 'CHANNEL_UPDATE', guildId });
    await expect.poll(kinds, { timeout: 10_000 }).toContain('storeStale');
    expect(await scrape()).toMatch(/^shardgate_state_store_stale\{store="redis"\} 1$/m);
    redis.resume();
    await expect.poll(kinds, { timeout: 20_000 }).toContain('storeCurrent');
    service.child.kill('SIGTERM');
    expect(await service.ended, service.output()).toBe(0);
    expect((await reader.gateway()).sessions.map(({ sessionId }) => sessionId !== '')).toEqual([true, true]);
    reader.close();

    await redis.stop();
    const refused = await startService({ folder, apiUrl, env, configuration: {} });
    services.push(refused);
    expect([await refused.ended, refused.output()]).toEqual([1, expect.stringMatching(/state\.stores.*redis/)]);
  },
);
