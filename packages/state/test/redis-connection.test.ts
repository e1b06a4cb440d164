import { Cluster, Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canBreak } from '../../../test/services/server-process.ts';
import { guildRef, ownedRef, type AsynchronousStore } from '../src/index.ts';
import { createGatewayKeys, createRedisReader, createRedisStore, type RedisStoreOptions } from '../src/redis/index.ts';
import { systemClock } from '../src/ports/clock.ts';
import { plainClient, redisBed, type RedisBed } from './redis-bed.ts';
import { put } from './store-operations.ts';

const PASSWORD = 'correct-horse-battery';
const CONTEXT = { clock: systemClock, ttlMs: {}, messagesPerChannel: undefined };

let bed: RedisBed;
beforeAll(async () => {
  bed = await redisBed();
});
afterAll(() => bed.end());

async function opened(options: RedisStoreOptions): Promise<AsynchronousStore> {
  const store = createRedisStore(options);
  await store.open(CONTEXT);
  return store;
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('it did not fail');
  return error;
}

/** All that a log could show of an error. */
function everythingOf(error: unknown): string {
  return error instanceof Error
    ? `${error.stack} ${JSON.stringify(error)} ${everythingOf(error.cause)}`
    : String(error);
}

describe.skipIf(!canBreak('redis'))('a server with a password', () => {
  test(
    'is opened with it; a wrong or missing one is named as the cause and never shown',
    { timeout: 60_000 },
    async () => {
      const closed = await redisBed();
      await closed.client.command('CONFIG', 'SET', 'requirepass', PASSWORD);
      const { host, port } = closed.server;
      const store = await opened({ url: `redis://:${PASSWORD}@${host}:${port}/3` });
      await store.close();
      const wrong = await failureOf(opened({ url: `redis://:wrong-secret@${host}:${port}/3` }));
      expect(wrong.message).toBe(
        `the store redis cannot be opened: Redis ${host}:${port}/3 refuses the user name or password`,
      );
      expect(everythingOf(wrong)).not.toContain('wrong-secret');
      const client = new Redis(`redis://:wrong-secret@${host}:${port}`, { lazyConnect: true });
      const other = await failureOf(opened({ client }));
      expect(other.message).toContain('Redis of the given client refuses the user name or password');
      expect(everythingOf(other)).not.toContain('wrong-secret');
      const none = await failureOf(opened({ url: `redis://${host}:${port}` }));
      expect(none.message).toContain('asks for a password, and none was given');
      const keys = createGatewayKeys({ url: `redis://:wrong-secret@${host}:${port}` });
      expect((await failureOf(keys.start())).message).toContain('refuses the user name or password');
      client.disconnect();
      await closed.end();
    },
  );
});

test('where nobody listens the error names the place, and a call later on fails at once', async () => {
  const error = await failureOf(opened({ url: 'redis://user:hidden@127.0.0.1:1/0' }));
  expect(error.message).toMatch(
    /^the store redis cannot be opened: Redis 127.0.0.1:1\/0 cannot be reached: .*ECONNREFUSED/,
  );
  expect(everythingOf(error)).not.toContain('hidden');
  const reader = createRedisReader({ url: 'redis://127.0.0.1:1' });
  await expect(reader.get(guildRef('1'))).rejects.toThrow('cannot be reached');
  await expect(reader.get(guildRef('1'))).rejects.toThrow('cannot be reached');
});

test('an instance of ioredis or redis lends its settings, and is neither used nor closed', async () => {
  const io = new Redis(bed.url, { lazyConnect: true });
  const node = createClient({ url: bed.url });
  for (const client of [io, node]) {
    const store = await opened({ client });
    await store.apply([put(ownedRef('role', '1', '2'), { id: '2', name: 'Ω😀' })]);
    // In the database that the instance names.
    expect(await bed.client.command('GET', 'role:1:2')).toBe('{"id":"2","name":"Ω😀"}');
    expect(await store.get(ownedRef('role', '1', '2'))).toBe('{"id":"2","name":"Ω😀"}');
    await store.close();
  }
  expect(io.status).toBe('wait');
  expect(node.isOpen).toBe(false);
});

test('a guild with very many objects is removed in several calls, what comes behind it after that', async () => {
  await bed.client.command('FLUSHDB');
  const store = await opened({ url: bed.url });
  for (let part = 0; part < 5; part++) {
    const entries = Array.from({ length: 5_000 }, (_, id) => ({ id: String(part * 5_000 + id), value: '{}' }));
    await store.apply([{ op: 'putAll', kind: 'member', guildId: '1', entries, tellOld: false }]);
  }
  expect((await store.counts()).member).toBe(25_000);
  const role = put(ownedRef('role', '1', '2'), { id: '2' });
  const replaced = await store.apply([
    role,
    { ...role, tellOld: true },
    { op: 'clearGuild', guildId: '1' },
    { ...put(ownedRef('role', '1', '2'), { id: 'new' }), tellOld: true },
    { ...role, tellOld: true },
  ]);
  expect(replaced).toEqual([undefined, '{"id":"2"}', undefined, undefined, '{"id":"new"}']);
  expect(await store.counts()).toMatchObject({ member: 0, role: 1 });
  expect(await bed.client.command('SMEMBERS', 'guild_keys:1')).toEqual(['role:1:2']);
  await store.close();
});

test('scripts that the server has forgotten are sent again', async () => {
  const store = await opened({ url: bed.url });
  await bed.client.command('SCRIPT', 'FLUSH');
  await store.apply([put(ownedRef('role', '1', '2'), { id: '2' })]);
  expect(await store.get(ownedRef('role', '1', '2'))).toBe('{"id":"2"}');
  await store.close();
});

test('a connection that broke is made again by the next call', async () => {
  const store = await opened({ url: bed.url });
  await bed.client.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await expect.poll(() => store.status().isReady).toBe(false);
  await store.apply([put(ownedRef('role', '1', '3'), { id: '3' })]);
  expect(store.status()).toEqual({ isReady: true });
  await store.close();
});

test('that the server lost its data is told', async () => {
  const store = await opened({ url: bed.url });
  await bed.client.command('FLUSHDB');
  await bed.client.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await expect.poll(() => store.status().isReady).toBe(false);
  expect(await store.get(guildRef('1'))).toBeUndefined();
  expect(store.status().detail).toMatch(/^it came back without its data at \d{4}-[\d:.T-]+ UTC$/);
  await store.close();
});

test('a master that became a replica is left, so that a new connection may find the new master', async () => {
  const store = await opened({ url: bed.url });
  await bed.client.command('REPLICAOF', '127.0.0.1', '1');
  const write = put(ownedRef('role', '1', '4'), { id: '4' });
  await expect(store.apply([write])).rejects.toThrow('is a replica, which cannot be written');
  expect(store.status().isReady).toBe(false);
  await bed.client.command('REPLICAOF', 'NO', 'ONE');
  await store.apply([write]);
  await store.close();
});

test('what a given-up connection still brings is refused', async () => {
  const store = await opened({ url: bed.url });
  const [writer = ''] = (await bed.client.command('KEYS', 'shardgate:writer:*')) as string[];
  for (const each of (await bed.client.command('KEYS', 'shardgate:writer:*')) as string[])
    await bed.client.command('SET', each, '99');
  expect(writer).toMatch(/^shardgate:writer:[\da-f-]{36}$/);
  await expect(store.apply([put(ownedRef('role', '1', '2'), { id: 'late' })])).rejects.toThrow(
    'replaced by a newer one',
  );
  await store.close();
});

test('a key of another type is named in the error, and others go on', async () => {
  const client = await plainClient(bed.url);
  await client.command('DEL', 'role:9:9');
  await client.command('HSET', 'role:9:9', 'a', 'b');
  const store = await opened({ url: bed.url });
  await expect(store.get(ownedRef('role', '9', '9'))).resolves.toBeUndefined();
  await expect(store.apply([{ ...put(ownedRef('role', '9', '9'), {}), tellOld: true }])).rejects.toThrow('WRONGTYPE');
  await client.command('DEL', 'role:9:9');
  client.close();
  await store.close();
});

test('wrong options are named', () => {
  const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true });
  expect(() => createRedisStore({ client: cluster })).toThrow(/option 'client' is .*not of a cluster/);
  expect(() => createRedisStore({})).toThrow('createRedisStore: expected either url or client');
  expect(() => createRedisStore({ url: 'http://x:secret@y' })).toThrow(/'url' is not shown: expected a redis:\/\/ or/);
  expect(() => createRedisStore({ url: bed.url, chanelKeys: 'flat' } as never)).toThrow("did you mean 'channelKeys'?");
  expect(() => createRedisReader({ url: bed.url, channelKeys: 'x' } as never)).toThrow(
    "expected 'flat' or 'byGuild' or 'both'",
  );
  expect(() => createGatewayKeys({ url: bed.url, intervalMs: 1 })).toThrow(RangeError);
});
