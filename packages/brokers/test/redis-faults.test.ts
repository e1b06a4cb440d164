import { createRedisListSink, createRedisStreamSink } from '@shardgate/brokers/redis';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRedis, type RedisServer } from '../../../test/services/redis.ts';
import { canBreak } from '../../../test/services/server-process.ts';
import type { Sink } from '@shardgate/delivery';
import { startBed, until } from './broker-bed.ts';
import { isLong, judgeGaps, LONG, PAUSE_MS } from './event-load.ts';
import { startTrial, type LoadEvent } from './fault-trial.ts';
import { redisConsumer } from './redis-consumer.ts';

type Event = LoadEvent & { readonly seq: number };

const UNHARMED = { lost: 0, duplicates: 0, outOfOrder: 0, keptMemory: true };

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

describe.skipIf(!canBreak('redis')).each(TRIED)(
  '%s under 5,000 events a second',
  { timeout: 240_000 },
  (kind, make, read) => {
    beforeEach(async () => void (server = await startRedis()));
    afterEach(() => server.end());

    it('lose nothing, double nothing and keep the order when Redis is killed and comes back', async () => {
      const trial = await startTrial(`Redis ${kind}, SIGKILL`, make(server.url));
      await trial.passed(1_500);
      await server.kill();
      await trial.passed(3_500);
      await server.restart();
      trial.back();
      await trial.passed(2_500);
      expect(await trial.verdict(() => read(server.url))).toEqual(UNHARMED);
      expect(errors(trial.notes)).toHaveLength(1);
      expect(trial.notes.at(-1)).toMatch(/^info: Redis .* takes events again$/);
    });

    it('lose nothing, double nothing and keep the order when Redis is stopped for a while', async () => {
      const trial = await startTrial(`Redis ${kind}, SIGSTOP`, make(server.url));
      await trial.passed(1_500);
      server.pause();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      server.resume();
      trial.back();
      await trial.passed(2_500);
      expect(await trial.verdict(() => read(server.url))).toEqual(UNHARMED);
      expect(errors(trial.notes)).toContainEqual(
        expect.stringMatching(/cannot be reached: no answer to .* within 2000 ms/),
      );
    });

    it('wait while Redis refuses the password, without showing it, and go on by themselves', async () => {
      const admin = await redisConsumer(server.url);
      await admin.call('CONFIG', 'SET', 'requirepass', 'right-password');
      const trial = await startTrial(`Redis ${kind}, wrong password`, make(server.url.replace('//', '//:hunter2@')));
      await until(() => errors(trial.notes).length > 0);
      await trial.passed(4_000);
      expect(errors(trial.notes)).toEqual([expect.stringMatching(/refuses the user name or password; events wait/)]);
      await admin.call('CONFIG', 'SET', 'requirepass', 'hunter2');
      trial.back();
      const readByAdmin = async (): Promise<Event[]> => {
        await admin.call('CONFIG', 'SET', 'requirepass', '');
        return read(server.url);
      };
      expect(await trial.verdict(readByAdmin)).toEqual(UNHARMED);
      expect(trial.notes.join('\n')).not.toContain('hunter2');
    });

    it('wait while the memory of Redis is full, which stays within its bound', async () => {
      const admin = await redisConsumer(server.url);
      const used = async (): Promise<number> =>
        Number(/used_memory:(\d+)/.exec(String(await admin.call('INFO', 'memory')))?.[1]);
      await admin.call('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      await admin.call('CONFIG', 'SET', 'maxmemory', String((await used()) + 2_000_000));
      const trial = await startTrial(`Redis ${kind}, maxmemory`, make(server.url));
      await until(() => errors(trial.notes).length > 0);
      await trial.passed(2_500);
      expect(await used()).toBeLessThan(
        Number(((await admin.call('CONFIG', 'GET', 'maxmemory')) as string[])[1]) + 1_000_000,
      );
      await admin.call('CONFIG', 'SET', 'maxmemory', '0');
      trial.back();
      expect(await trial.verdict(() => read(server.url))).toEqual(UNHARMED);
      expect(errors(trial.notes)).toEqual([expect.stringMatching(/has used up its memory \(maxmemory\); events wait/)]);
    });

    it('wait while Redis is a replica, as in a failover, and go on when it is the master', async () => {
      const admin = await redisConsumer(server.url);
      const trial = await startTrial(`Redis ${kind}, failover`, make(server.url));
      await trial.passed(1_000);
      await admin.call('REPLICAOF', '127.0.0.1', '1');
      await until(() => errors(trial.notes).length > 0);
      await admin.call('REPLICAOF', 'NO', 'ONE');
      trial.back();
      expect(await trial.verdict(() => read(server.url))).toEqual(UNHARMED);
      expect(errors(trial.notes)).toEqual([expect.stringMatching(/is a replica, which takes no events; events wait/)]);
    });

    it('tell exactly what is lost when Redis is killed under load and comes back without its data', async () => {
      const trial = await startTrial(`Redis ${kind}, restarted empty`, make(server.url));
      await trial.confirmed(1_000);
      await server.kill();
      await trial.passed(500);
      await server.restart({ empty: true });
      trial.back();
      await trial.passed(2_000);
      let got: readonly Event[] = [];
      const verdict = await trial.verdict(async () => (got = await read(server.url)));
      expect(verdict).toMatchObject({ duplicates: 0, outOfOrder: 0, keptMemory: true });
      const gaps = (await gapsIn(server.url)) as { shardId: number; nextSeq: number }[];
      const told = judgeGaps(trial.load.seqs, got, gaps);
      if (LONG) console.info(`Redis ${kind}, restarted empty: ${JSON.stringify(told)}, told by ${gaps.length} gaps`);
      expect(told).toMatchObject({ untold: 0, toldButHere: 0 });
      expect(told.missing).toBeGreaterThan(500);
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
  },
);

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
