import { createRedisListSink, createRedisStreamSink } from '@shardgate/brokers/redis';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRedis, type RedisServer } from '../../../test/services/redis.ts';
import { canBreak } from '../../../test/services/server-process.ts';
import type { Sink } from '@shardgate/delivery';
import { startBed, until } from './broker-bed.ts';
import { isLong, judge, PAUSE_MS, startLoad } from './event-load.ts';
import { redisConsumer } from './redis-consumer.ts';

type Event = { channel_id: string; n: number };

let server: RedisServer;
const FAST = { timeoutMs: 2_000, backOff: { baseMs: 20, capMs: 200 } };

/** Each kind of sink with how its events are read. */
const KINDS = [
  [
    'lists',
    (url: string): Sink => createRedisListSink({ name: 'bot', url, gaps: true, ...FAST }),
    async (url: string): Promise<Event[]> =>
      (await (await redisConsumer(url)).list('gateway:events:MESSAGE_CREATE')) as Event[],
  ],
  [
    'lists through ioredis',
    (url: string): Sink =>
      createRedisListSink({ name: 'bot', client: new Redis(url, { lazyConnect: true }), gaps: true, ...FAST }),
    async (url: string): Promise<Event[]> =>
      (await (await redisConsumer(url)).list('gateway:events:MESSAGE_CREATE')) as Event[],
  ],
  ['streams', (url: string): Sink => createRedisStreamSink({ name: 'bot', url, ...FAST }), streamEvents],
] as const;

async function streamEvents(url: string): Promise<Event[]> {
  const { entries } = await redisConsumer(url);
  const events: Event[] = [];
  for (let shard = 0; shard < 4; shard++) {
    for (const message of await entries(`shardgate:4:${shard}`))
      if (message['t'] === 'MESSAGE_CREATE') events.push(JSON.parse(message['d'] ?? '') as Event);
  }
  return events;
}

const errors = (notes: readonly string[]): string[] => notes.filter((note) => note.startsWith('error'));

/** Streams; lists only where long tests are wanted, since the contract of sinks tries them too. */
const TRIED = isLong('Redis lists under 5,000 events a second') ? KINDS : KINDS.slice(-1);

describe.skipIf(!canBreak('redis')).each(TRIED)('%s under 5,000 events a second', (_kind, make, read) => {
  beforeEach(async () => void (server = await startRedis()));
  afterEach(() => server.end());

  it('lose nothing, double nothing and keep the order when Redis is killed and comes back', async () => {
    const bed = await startBed(make(server.url));
    const load = startLoad(bed);
    await until(() => load.total > 1_500);
    await server.kill();
    await until(() => load.total > 5_000);
    await server.restart();
    await until(() => load.total > 7_500);
    load.stop();
    await bed.drained();
    expect(judge(load.sent, await read(server.url))).toEqual({ lost: 0, duplicates: 0, outOfOrder: 0 });
    expect(errors(bed.notes)).toHaveLength(1);
    expect(bed.notes.at(-1)).toMatch(/^info: Redis .* takes events again$/);
  });

  it(
    'lose nothing, double nothing and keep the order when Redis is stopped for a while',
    { timeout: 180_000 },
    async () => {
      const bed = await startBed(make(server.url), { maxMemoryBytes: 256 * 1024 * 1024 });
      const load = startLoad(bed);
      await until(() => load.total > 1_500);
      server.pause();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      server.resume();
      const before = load.total;
      await until(() => load.total > before + 2_500);
      load.stop();
      await bed.drained(60_000);
      expect(judge(load.sent, await read(server.url))).toEqual({ lost: 0, duplicates: 0, outOfOrder: 0 });
      expect(errors(bed.notes)).toContainEqual(
        expect.stringMatching(/cannot be reached: no answer to .* within 2000 ms/),
      );
    },
  );

  it('wait while Redis refuses the password, without showing it, and go on by themselves', async () => {
    const admin = await redisConsumer(server.url);
    await admin.call('CONFIG', 'SET', 'requirepass', 'right-password');
    const bed = await startBed(make(server.url.replace('//', '//:hunter2@')));
    const load = startLoad(bed, 2_000);
    await until(() => errors(bed.notes).length > 0);
    await until(() => load.total > 2_000);
    expect(errors(bed.notes)).toEqual([expect.stringMatching(/refuses the user name or password; events wait/)]);
    expect(bed.notes.join('\n')).not.toContain('hunter2');
    await admin.call('CONFIG', 'SET', 'requirepass', 'hunter2');
    load.stop();
    await bed.drained();
    await admin.call('CONFIG', 'SET', 'requirepass', '');
    expect(judge(load.sent, await read(server.url))).toEqual({ lost: 0, duplicates: 0, outOfOrder: 0 });
  });

  it('wait while the memory of Redis is full, which stays within its bound', async () => {
    const admin = await redisConsumer(server.url);
    const used = async (): Promise<number> =>
      Number(/used_memory:(\d+)/.exec(String(await admin.call('INFO', 'memory')))?.[1]);
    await admin.call('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await admin.call('CONFIG', 'SET', 'maxmemory', String((await used()) + 2_000_000));
    const bed = await startBed(make(server.url));
    const load = startLoad(bed);
    await until(() => errors(bed.notes).length > 0);
    const before = load.total;
    await until(() => load.total > before + 2_500);
    expect(await used()).toBeLessThan(
      Number(((await admin.call('CONFIG', 'GET', 'maxmemory')) as string[])[1]) + 1_000_000,
    );
    await admin.call('CONFIG', 'SET', 'maxmemory', '0');
    load.stop();
    await bed.drained();
    expect(errors(bed.notes)).toEqual([expect.stringMatching(/has used up its memory \(maxmemory\); events wait/)]);
    expect(judge(load.sent, await read(server.url))).toEqual({ lost: 0, duplicates: 0, outOfOrder: 0 });
  });

  it('wait while Redis is a replica, as in a failover, and go on when it is the master', async () => {
    const admin = await redisConsumer(server.url);
    const bed = await startBed(make(server.url));
    const load = startLoad(bed);
    await until(() => load.total > 1_000);
    await admin.call('REPLICAOF', '127.0.0.1', '1');
    await until(() => errors(bed.notes).length > 0);
    await admin.call('REPLICAOF', 'NO', 'ONE');
    load.stop();
    await bed.drained();
    expect(errors(bed.notes)).toEqual([expect.stringMatching(/is a replica, which takes no events; events wait/)]);
    expect(judge(load.sent, await read(server.url))).toEqual({ lost: 0, duplicates: 0, outOfOrder: 0 });
  });

  it('tell exactly what is lost when Redis comes back without its data', async () => {
    const bed = await startBed(make(server.url));
    for (let n = 1; n <= 400; n++)
      bed.emit(n % 4, 'MESSAGE_CREATE', { channel_id: String(n % 4), n: Math.ceil(n / 4) });
    await bed.drained();
    await server.restart({ empty: true });
    for (let n = 401; n <= 800; n++)
      bed.emit(n % 4, 'MESSAGE_CREATE', { channel_id: String(n % 4), n: Math.ceil(n / 4) });
    await bed.drained();
    const events = await read(server.url);
    expect(events.map(({ n }) => n).every((n) => n > 100)).toBe(true);
    expect(events).toHaveLength(400);
    const gaps = await gapsIn(server.url);
    expect(gaps).toHaveLength(4);
    expect(gaps).toContainEqual(
      expect.objectContaining({
        shardId: 2,
        sessionId: 'session-2',
        afterSeq: null,
        nextSeq: 101,
        cause: 'brokerLost',
      }),
    );
    expect(errors(bed.notes)).toContainEqual(
      expect.stringMatching(/has lost events that it had confirmed: of shard 2\/4 everything up to session-2:100/),
    );
  });
});

async function gapsIn(url: string): Promise<unknown[]> {
  const { entries, list } = await redisConsumer(url);
  const inLists = await list('gateway:events:GAP');
  if (inLists.length > 0) return inLists;
  const gaps: unknown[] = [];
  for (let shard = 0; shard < 4; shard++) {
    for (const message of await entries(`shardgate:4:${shard}`))
      if (message['t'] === 'GAP') gaps.push(JSON.parse(message['d'] ?? ''));
  }
  return gaps;
}
