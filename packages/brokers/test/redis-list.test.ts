import { createRedisListSink, createRedisListSinks, type RedisListSinkOptions } from '@shardgate/brokers/redis';
import { Redis } from 'ioredis';
import { decodeEtf } from '@shardgate/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type RedisServer } from '../../../test/services/redis.ts';
import { startBed, until } from './broker-bed.ts';
import { MANY } from './event-load.ts';
import { redisConsumer } from './redis-consumer.ts';

let server: RedisServer;
let lists = 0;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server.end());

/** Options with a prefix that no other test has. */
function own(more: Partial<RedisListSinkOptions> = {}): RedisListSinkOptions & { prefix: string } {
  return { name: 'bot', url: server.url, ...more, prefix: `t${++lists}:` };
}

describe('the lists', () => {
  it('hold the data of each event under its name, as the consumers of tatsuworks/gateway pop it', async () => {
    const options = own();
    const bed = await startBed(createRedisListSink({ ...options, prefix: undefined }));
    const data = { id: '81384788765712384', content: 'a "quoted" ünïcode \u0000 text', nested: { t: 'READY' } };
    bed.emit(0, 'MESSAGE_CREATE', data);
    bed.emit(1, 'TYPING_START', { user_id: '1' });
    await bed.drained();
    const consumer = await redisConsumer(server.url);
    expect(await consumer.call('LRANGE', 'gateway:events:MESSAGE_CREATE', '0', '-1')).toEqual([JSON.stringify(data)]);
    expect(await consumer.take(['gateway:events:TYPING_START'], 1)).toEqual([
      { list: 'gateway:events:TYPING_START', data: { user_id: '1' } },
    ]);
  });

  it('have no READY, no RESUMED and no guild that was known, as in tatsu', async () => {
    const options = own();
    const bed = await startBed(createRedisListSink(options));
    bed.emit(0, 'READY', {});
    bed.emit(0, 'GUILD_CREATE', { id: '1' }, 'startup');
    bed.emit(0, 'GUILD_CREATE', { id: '2' }, 'available');
    bed.emit(0, 'GUILD_CREATE', { id: '3' }, 'join');
    bed.emit(0, 'GUILD_LOADED_DD', { id: '4' }, 'startup');
    bed.emit(0, 'RESUMED', {});
    bed.emit(0, 'A_NEW_EVENT', { id: '5' });
    await bed.drained();
    const consumer = await redisConsumer(server.url);
    expect(await consumer.list(`${options.prefix}GUILD_CREATE`)).toEqual([{ id: '3' }]);
    expect(await consumer.list(`${options.prefix}A_NEW_EVENT`)).toEqual([{ id: '5' }]);
    const keys = (await consumer.call('KEYS', `${options.prefix}*`)) as string[];
    expect(keys.toSorted()).toEqual(
      ['A_NEW_EVENT', 'GUILD_CREATE', 'shardgate:bot'].map((key) => options.prefix + key),
    );
  });

  it('have only what is whitelisted, and everything with an empty whitelist', async () => {
    const [some, all] = [own({ whitelist: ['B'] }), own({ whitelist: [], profile: 'all' })];
    for (const options of [some, all]) {
      const bed = await startBed(createRedisListSink(options));
      for (const t of ['A', 'B', 'READY']) bed.emit(0, t, {});
      await bed.drained();
    }
    const consumer = await redisConsumer(server.url);
    const named = async (prefix: string) =>
      ((await consumer.call('KEYS', `${prefix}*`)) as string[]).filter((key) => !key.includes('shardgate')).toSorted();
    expect(await named(some.prefix)).toEqual([`${some.prefix}B`]);
    expect(await named(all.prefix)).toEqual(['A', 'B', 'READY'].map((t) => all.prefix + t));
  });

  it('hold ETF terms without the version byte, or with it', async () => {
    const [bare, whole] = [own({ encoding: 'etf' }), own({ encoding: 'etf', etfVersionByte: true })];
    const consumer = await redisConsumer(server.url);
    const raw = new Redis(server.url);
    try {
      for (const options of [bare, whole]) {
        const bed = await startBed(createRedisListSink(options));
        bed.emit(0, 'A', { id: '81384788765712384', n: null, list: [1, 'x'] });
        await bed.drained();
        const element = (await raw.lindexBuffer(`${options.prefix}A`, 0)) ?? Buffer.alloc(0);
        const term = options === bare ? Buffer.concat([Buffer.of(131), element]) : element;
        expect(decodeEtf(term)).toEqual({ id: '81384788765712384', n: null, list: [1, 'x'] });
      }
    } finally {
      raw.disconnect();
    }
    expect(await consumer.call('LLEN', `${bare.prefix}A`)).toBe(1);
  });

  it('hold whole events with identity in an envelope', async () => {
    const options = own({ envelope: true });
    const bed = await startBed(createRedisListSink(options));
    bed.emit(2, 'GUILD_CREATE', { id: '3' }, 'join');
    await bed.drained();
    const [element] = await (await redisConsumer(server.url)).list(`${options.prefix}GUILD_CREATE`);
    expect(element).toEqual({
      op: 0,
      s: 1,
      t: 'GUILD_CREATE',
      id: '2/4:session-2:1',
      shard: [2, 4],
      receivedAt: expect.any(Number),
      guildEvent: 'join',
      d: { id: '3' },
    });
  });

  it(
    `keep the order of each channel over ${MANY} events, while a consumer pops them`,
    { timeout: 60_000 },
    async () => {
      const options = own();
      const bed = await startBed(createRedisListSink(options));
      const consumer = await redisConsumer(server.url);
      const total = MANY;
      const seen = new Map<string, number>();
      const reading = (async () => {
        for (let got = 0; got < total;) {
          const chunk = await consumer.client.lPopCount(`${options.prefix}MESSAGE_CREATE`, 1_000);
          for (const text of chunk ?? []) {
            const { channel_id, n } = JSON.parse(text) as { channel_id: string; n: number };
            expect(n).toBe((seen.get(channel_id) ?? 0) + 1);
            seen.set(channel_id, n);
            got++;
          }
          if (chunk === null) await new Promise((resolve) => setTimeout(resolve, 2));
        }
      })();
      for (let index = 0; index < total; index++) {
        const channel = index % 40;
        bed.emit(channel % 4, 'MESSAGE_CREATE', { channel_id: String(channel), n: Math.floor(index / 40) + 1 });
        if (index % 1_000 === 999) await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all([reading, bed.drained(50_000)]);
      expect(seen.size).toBe(40);
    },
  );

  it('take an ioredis instance, and leave it alone', async () => {
    const client = new Redis(server.url, { lazyConnect: true });
    const options = { name: 'bot', client, prefix: `t${++lists}:` };
    const bed = await startBed(createRedisListSink(options));
    for (let n = 0; n < 500; n++) bed.emit(n % 4, 'A', { n });
    await bed.drained();
    expect(await (await redisConsumer(server.url)).call('LLEN', `${options.prefix}A`)).toBe(500);
    expect(client.status).toBe('wait');
  });
});

describe('several servers, as tatsu names them', () => {
  it('each have a sink of their own with their own events', async () => {
    const { prefix } = own();
    const { host } = new URL(server.url);
    const sinks = createRedisListSinks({
      name: 'bot',
      prefix,
      whitelist: ['B'],
      multi: { [host]: ['A'], 'unused:1': [] },
    });
    expect(sinks.map(({ name }) => name)).toEqual([`bot@${host}`, 'bot@unused:1']);
    const [first] = sinks;
    if (first === undefined) throw new Error('no sink');
    const bed = await startBed(first);
    for (const t of ['A', 'B', 'C']) bed.emit(0, t, { t });
    await bed.drained();
    const { list } = await redisConsumer(server.url);
    expect([await list(`${prefix}A`), await list(`${prefix}B`)]).toEqual([[{ t: 'A' }], []]);
    expect(() => createRedisListSinks({ name: 'bot', multi: {} })).toThrow(/'multi' has no address/);
  });
});

describe('a gateway that starts again', () => {
  it('does not push what the one before it has pushed', async () => {
    const options = own();
    const first = await startBed(createRedisListSink(options));
    for (let n = 1; n <= 50; n++) first.emit(0, 'A', { n });
    await first.drained();
    await first.stop();
    // Discord sends again from 31 on: what was settled last had not been told to it.
    const second = await startBed(createRedisListSink(options), { firstSeq: 31 });
    for (let n = 31; n <= 80; n++) second.emit(0, 'A', { n });
    await second.drained();
    second.newSession(0);
    second.emit(0, 'A', { n: 81 });
    const consumer = await redisConsumer(server.url);
    await until(async () => (await consumer.list(`${options.prefix}A`)).length >= 81);
    expect(await consumer.list(`${options.prefix}A`)).toEqual(Array.from({ length: 81 }, (_, n) => ({ n: n + 1 })));
  });
});

describe('a list at its bound', () => {
  it('pauses the events until a consumer has taken some, and is never longer', async () => {
    const options = own({ maxLength: 100 });
    const bed = await startBed(createRedisListSink(options));
    const consumer = await redisConsumer(server.url);
    const list = `${options.prefix}A`;
    for (let n = 0; n < 320; n++) bed.emit(n % 4, 'A', { shard: n % 4, n });
    await until(() => bed.notes.some((note) => note.includes("list 't") && note.includes('100 elements')));
    const taken: { shard: number; n: number }[] = [];
    while (taken.length < 320) {
      expect(await consumer.call('LLEN', list)).toBeLessThanOrEqual(100);
      const popped = await consumer.take([list], 1);
      taken.push(...popped.map(({ data }) => data as { shard: number; n: number }));
    }
    await bed.drained();
    for (let shard = 0; shard < 4; shard++)
      expect(taken.filter((one) => one.shard === shard).map(({ n }) => n)).toEqual(
        Array.from({ length: 80 }, (_, index) => index * 4 + shard),
      );
    expect(bed.notes.filter((note) => note.startsWith('warn'))).toHaveLength(1);
  });

  it('loses its oldest elements instead when told to, counted and reported', async () => {
    const options = own({ maxLength: 100, whenFull: 'trim' });
    const bed = await startBed(createRedisListSink(options));
    for (let n = 0; n < 1_000; n++) bed.emit(0, 'A', { n });
    await bed.drained();
    const kept = (await (await redisConsumer(server.url)).list(`${options.prefix}A`)) as { n: number }[];
    expect(kept.map(({ n }) => n)).toEqual(Array.from({ length: 100 }, (_, index) => 900 + index));
    expect(bed.notes.some((note) => /oldest elements were thrown away so far, unread/.test(note))).toBe(true);
  });
});

describe('options', () => {
  it.each([
    [{}, /option 'name' is missing/],
    [{ name: 'a' }, /expected either url or client/],
    [{ name: 'a', url: 'http://user:hunter2@x' }, /option 'url' is not shown: expected a redis/],
    [{ name: 'a', url: 'redis://x', prefx: 'a' }, /no option 'prefx'; did you mean 'prefix'/],
    [{ name: 'a', url: 'redis://x', maxLength: 0 }, /option 'maxLength' is 0: expected a whole number of 1 or more/],
    [{ name: 'a', url: 'redis://x', etfVersionByte: true }, /etfVersionByte is for encoding 'etf'/],
  ])('%j is refused by name', (options, message) => {
    const make = (): unknown => createRedisListSink(options as unknown as RedisListSinkOptions);
    expect(make).toThrow(message);
    expect(make).not.toThrow(/hunter2/);
  });
});
