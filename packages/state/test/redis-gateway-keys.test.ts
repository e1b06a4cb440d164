import { EventEmitter } from 'eventemitter3';
import type { Clock, GatewayManager } from '@shardgate/gateway';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { canBreak } from '../../../test/services/server-process.ts';
import { createMemoryStore } from '../src/index.ts';
import { createGatewayKeys, createRedisReader, type GatewayKeys, type GatewayKeysOptions } from '../src/redis/index.ts';
import { systemClock } from '../src/ports/clock.ts';
import { createAttachBed } from './attach-bed.ts';
import { plainClient, redisBed, type RedisBed } from './redis-bed.ts';

let bed: RedisBed;
beforeAll(async () => {
  bed = await redisBed();
});
afterAll(() => bed.end());
beforeEach(async () => {
  await bed.client.command('FLUSHDB');
});

/** As twilight-dispatch's example bot takes them. */
async function key(name: string): Promise<unknown> {
  const text = await bed.client.command('GET', name);
  return text === null ? undefined : JSON.parse(text as string);
}

interface FakeShard {
  id: number;
  status: string;
  sessionId: string;
  seq: number;
  lastAckAt?: number;
}

/** A gateway with shards in any state. */
function gatewayWith(maxShards: number, shards: readonly FakeShard[]): GatewayManager {
  const all = shards.map((shard) => [
    shard.id,
    {
      ...shard,
      shardCount: maxShards,
      previousSequenceNumber: shard.sessionId === '' ? null : shard.seq,
      state: { session: { sessionId: shard.sessionId, resumeUrl: 'wss://resume.example' } },
      heartbeat: { latency: shard.lastAckAt === undefined ? undefined : 41.4, lastReceivedAt: shard.lastAckAt ?? 0 },
    },
  ]);
  return { maxShards, shards: new Map(all as never), events: new EventEmitter() } as unknown as GatewayManager;
}

const running: GatewayKeys[] = [];
async function keysOf(gateway: GatewayManager, options: Partial<GatewayKeysOptions> = {}): Promise<GatewayKeys> {
  const keys = createGatewayKeys({ url: bed.url, intervalMs: 50, ...options });
  keys.attach(gateway);
  await keys.start();
  running.push(keys);
  return keys;
}
afterAll(async () => {
  for (const keys of running) await keys.stop();
});

test('the keys have the formats of twilight-dispatch', async () => {
  const at = Date.UTC(2022, 11, 30, 4, 3, 36, 500);
  const keys = await keysOf(
    gatewayWith(2, [
      { id: 1, status: 'resuming', sessionId: 'def', seq: 9 },
      { id: 0, status: 'ready', sessionId: 'abc', seq: 5, lastAckAt: at },
    ]),
  );
  expect(await key('gateway_shards')).toBe(2);
  expect(await key('gateway_sessions')).toEqual({
    0: { session_id: 'abc', sequence: 5, resume_url: 'wss://resume.example' },
    1: { session_id: 'def', sequence: 9, resume_url: 'wss://resume.example' },
  });
  const statuses = (await key('gateway_statuses')) as Record<string, unknown>[];
  expect(statuses).toEqual([
    { shard: 0, status: 'Connected', latency: 41, last_ack: '2022-12-30T04:03:36.5' },
    {
      shard: 1,
      status: 'Resuming',
      latency: 0,
      last_ack: expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:]{8}\.\d{1,3}$/),
    },
  ]);
  const started = String(await key('gateway_started'));
  expect(started).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}$/);
  expect(Math.abs(Date.parse(`${started}Z`) - Date.now())).toBeLessThan(10_000);
  expect(await bed.client.command('TTL', 'gateway_sessions')).toBe(-1);
  await keys.stop();
});

test(
  'they follow a gateway: what happens to a shard shows soon, and the sequence goes on',
  { timeout: 60_000 },
  async () => {
    const discord = await createAttachBed(() => ({ stores: [createMemoryStore()] }));
    // So rarely that only what happens can be the reason of a write.
    const keys = await keysOf(discord.gateway, { intervalMs: 60_000 });
    const session = discord.gateway.shards.get(0)?.sessionId;
    expect(await key('gateway_sessions')).toMatchObject({ 0: { session_id: session } });
    expect(await key('gateway_statuses')).toMatchObject([{ shard: 0, status: 'Connected' }]);
    discord.simulator.fault({ kind: 'reconnect' });
    await discord.until('the shard is back', () => discord.gateway.shards.get(0)?.ready === true, 120_000);
    await expect.poll(() => key('gateway_statuses')).toMatchObject([{ shard: 0, status: 'Connected' }]);
    // The session of a shard that resumes is there all the time.
    expect(await key('gateway_sessions')).toMatchObject({ 0: { session_id: session } });
    await discord.end();
    await expect.poll(() => key('gateway_statuses')).toMatchObject([{ shard: 0, status: 'Disconnected' }]);
    await keys.stop();
    expect(await key('gateway_statuses')).toEqual([]);
    expect(await key('gateway_sessions')).toMatchObject({ 0: { session_id: session } });
  },
);

test('of two processes each writes its part, and what a stopped or dead one had goes, save its sessions', async () => {
  // Writes once and then never again, as a process that was killed.
  const still: Clock = {
    ...systemClock,
    setTimer: (callback, ms) => (ms === 60_000 ? undefined : systemClock.setTimer(callback, ms)),
  };
  const dead = await keysOf(gatewayWith(4, [{ id: 3, status: 'ready', sessionId: 's3', seq: 3 }]), {
    clock: still,
    intervalMs: 60_000,
  });
  const started = await key('gateway_started');
  const one = await keysOf(gatewayWith(4, [{ id: 0, status: 'ready', sessionId: 's0', seq: 1 }]), {
    deadAfterMs: 1_000,
  });
  const two = await keysOf(
    gatewayWith(4, [
      { id: 1, status: 'ready', sessionId: 's1', seq: 2 },
      { id: 2, status: 'idle', sessionId: '', seq: 0 },
    ]),
    { deadAfterMs: 1_000 },
  );
  expect(await key('gateway_started')).toBe(started);
  expect(two.status()).toEqual({ isReady: true, processes: 3 });
  expect(((await key('gateway_statuses')) as { shard: number }[]).map(({ shard }) => shard)).toEqual([0, 1, 3]);
  await expect
    .poll(async () => ((await key('gateway_statuses')) as { shard: number }[]).map(({ shard }) => shard), {
      timeout: 5_000,
    })
    .toEqual([0, 1]);
  await one.stop();
  expect(await key('gateway_statuses')).toMatchObject([{ shard: 1 }]);
  expect(Object.keys((await key('gateway_sessions')) as object)).toEqual(['0', '1', '3']);
  await two.stop();
  await dead.stop();
});

test('a shard that another process has connected is not told of as disconnected', async () => {
  const before = await keysOf(gatewayWith(1, [{ id: 0, status: 'ready', sessionId: 'old', seq: 5 }]));
  const after = await keysOf(gatewayWith(1, [{ id: 0, status: 'ready', sessionId: 'new', seq: 1 }]));
  await before.stop();
  await expect.poll(() => key('gateway_sessions')).toMatchObject({ 0: { session_id: 'new' } });
  const late = await keysOf(gatewayWith(1, [{ id: 0, status: 'stopped', sessionId: 'old', seq: 5 }]));
  expect(await key('gateway_statuses')).toMatchObject([{ shard: 0, status: 'Connected' }]);
  expect(await key('gateway_sessions')).toMatchObject({ 0: { session_id: 'new', sequence: 1 } });
  await late.stop();
  await after.stop();
});

test('sessions that are there are kept until their shards start: those of a starting process, and those of twilight-dispatch', async () => {
  await bed.client.command('SET', 'gateway_shards', '2');
  await bed.client.command(
    'SET',
    'gateway_sessions',
    '{"0":{"session_id":"abc","sequence":5},"1":{"session_id":"","sequence":0}}',
  );
  const keys = await keysOf(gatewayWith(2, [{ id: 1, status: 'ready', sessionId: 'def', seq: 9 }]));
  expect(await key('gateway_sessions')).toMatchObject({
    0: { session_id: 'abc', sequence: 5 },
    1: { session_id: 'def' },
  });
  await keys.stop();
  // With another number of shards no session can be continued.
  const other = await keysOf(gatewayWith(3, [{ id: 2, status: 'ready', sessionId: 'ghi', seq: 1 }]));
  expect(Object.keys((await key('gateway_sessions')) as object)).toEqual(['2']);
  expect(await key('gateway_shards')).toBe(3);
  await other.stop();
});

test.skipIf(!canBreak('redis'))('trouble with Redis is told once, and its end too', { timeout: 60_000 }, async () => {
  const broken = await redisBed();
  const told: (string | undefined)[] = [];
  const keys = createGatewayKeys({
    url: broken.url,
    intervalMs: 50,
    onTrouble: (error) => {
      told.push(error?.message);
      throw new Error('of the listener');
    },
  });
  keys.attach(gatewayWith(1, [{ id: 0, status: 'ready', sessionId: 'abc', seq: 1 }]));
  await keys.start();
  await broken.server.kill();
  await expect.poll(() => told.length, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(keys.status()).toMatchObject({ isReady: false, detail: told[0] });
  expect(told[0]).toMatch(/^Redis 127\.0\.0\.1:\d+\/9 cannot be reached: /);
  await broken.server.restart();
  await expect.poll(() => told.at(-1), { timeout: 10_000 }).toBeUndefined();
  expect(told.length).toBeLessThan(5);
  const client = await plainClient(broken.url);
  expect(await client.command('GET', 'gateway_shards')).toBe('1');
  client.close();
  await keys.stop();
  await broken.end();
});

test('a reader takes them apart, ours and older ones', async () => {
  const reader = createRedisReader({ url: bed.url });
  expect(await reader.gateway()).toEqual({ sessions: [], statuses: [], startedAt: undefined, shardCount: undefined });
  await bed.client.command('MSET', 'gateway_shards', '1', 'gateway_started', '"2022-12-30T04:03:36.123456789"');
  await bed.client.command('SET', 'gateway_sessions', '{"0":{"session_id":"abc","sequence":5}}');
  const status = '{"shard":0,"status":"Connected","latency":41,"last_ack":"2022-12-30T04:03:36.5"}';
  await bed.client.command('SET', 'gateway_statuses', `[${status}]`);
  const at = Date.UTC(2022, 11, 30, 4, 3, 36);
  expect(await reader.gateway()).toEqual({
    sessions: [{ shardId: 0, sessionId: 'abc', sequence: 5, resumeUrl: null }],
    statuses: [{ shardId: 0, status: 'Connected', latencyMs: 41, lastAckAt: at + 500 }],
    startedAt: at + 123,
    shardCount: 1,
  });
  reader.close();
});
