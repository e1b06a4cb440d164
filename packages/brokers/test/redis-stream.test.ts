import { createRedisStreamSink, type RedisStreamSinkOptions } from '@shardgate/brokers/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type RedisServer } from '../../../test/services/redis.ts';
import { startBed } from './broker-bed.ts';
import { redisConsumer } from './redis-consumer.ts';

let server: RedisServer;
let prefixes = 0;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server.end());

/** Options with a prefix that no other test has. */
function own(more: Partial<RedisStreamSinkOptions> = {}): RedisStreamSinkOptions & { prefix: string } {
  return { name: 'bot', url: server.url, ...more, prefix: `t${++prefixes}:` };
}

const numbers = async (key: string): Promise<unknown[]> =>
  (await (await redisConsumer(server.url)).entries(key)).map(
    (message) => (JSON.parse(message['d'] ?? '') as { n: number }).n,
  );

describe('the stream of a shard', () => {
  it('has whole events with identity, for groups that acknowledge', async () => {
    const options = own();
    const bed = await startBed(createRedisStreamSink(options));
    const { client } = await redisConsumer(server.url);
    await client.xGroupCreate(`${options.prefix}4:2`, 'bot', '0', { MKSTREAM: true });
    bed.emit(2, 'GUILD_CREATE', { id: '81384788765712384' }, 'join');
    await bed.drained();
    const streams = (await client.sendCommand([
      ...['XREADGROUP', 'GROUP', 'bot', 'me', 'STREAMS', `${options.prefix}4:2`, '>'],
    ])) as unknown as [[string, [string, string[]][]]];
    const [id, fields] = streams[0][1][0] ?? ['', []];
    const entry = Object.fromEntries(fields.flatMap((field, i) => (i % 2 === 0 ? [[field, fields[i + 1]]] : [])));
    expect(entry).toEqual({
      t: 'GUILD_CREATE',
      id: '2/4:session-2:1',
      s: '1',
      session: 'session-2',
      offset: id.split('-')[0],
      at: expect.stringMatching(/^\d{13}$/),
      w: expect.any(String),
      guildEvent: 'join',
      d: '{"id":"81384788765712384"}',
    });
    expect(await client.xAck(`${options.prefix}4:2`, 'bot', id)).toBe(1);
  });

  it('has each event once when the gateway starts again and Discord sends it again', async () => {
    const options = own();
    const first = await startBed(createRedisStreamSink(options));
    for (let n = 1; n <= 50; n++) first.emit(0, 'A', { n });
    await first.drained();
    await first.stop();
    const second = await startBed(createRedisStreamSink(options), { firstSeq: 31 });
    for (let n = 31; n <= 80; n++) second.emit(0, 'A', { n });
    await second.drained();
    expect(await numbers(`${options.prefix}4:0`)).toEqual(Array.from({ length: 80 }, (_, n) => n + 1));
  });

  it('goes on behind entries with higher ids than ours, as after a clock was put back', async () => {
    const options = own();
    const { call } = await redisConsumer(server.url);
    const key = `${options.prefix}4:0`;
    await call('XADD', key, '9000000000000000-5', 'd', '{"n":0}');
    const bed = await startBed(createRedisStreamSink(options));
    for (let n = 1; n <= 300; n++) bed.emit(0, 'A', { n });
    await bed.drained();
    expect(await numbers(key)).toEqual(Array.from({ length: 301 }, (_, n) => n));
  });

  it('loses nothing when somebody else adds to it meanwhile', async () => {
    const options = own();
    const { call } = await redisConsumer(server.url);
    const key = `${options.prefix}4:0`;
    const bed = await startBed(createRedisStreamSink(options));
    bed.emit(0, 'A', { n: 1 });
    await bed.drained();
    await call('XADD', key, '9000000000000000-5', 'd', '{"n":0}');
    for (let n = 2; n <= 300; n++) bed.emit(0, 'A', { n });
    await bed.drained();
    expect(await numbers(key)).toEqual([1, 0, ...Array.from({ length: 299 }, (_, n) => n + 2)]);
  });

  it('keeps about as many entries as it may', async () => {
    const options = own({ maxLength: 200 });
    const bed = await startBed(createRedisStreamSink(options));
    for (let n = 1; n <= 2_000; n++) bed.emit(0, 'A', { n });
    await bed.drained();
    const length = Number(await (await redisConsumer(server.url)).call('XLEN', `${options.prefix}4:0`));
    expect(length).toBeGreaterThanOrEqual(200);
    expect(length).toBeLessThan(400);
  });

  it('is written through ioredis as well, after all entries were removed too', async () => {
    const options = { name: 'bot', client: new Redis(server.url, { lazyConnect: true }), prefix: `t${++prefixes}:` };
    const bed = await startBed(createRedisStreamSink(options));
    for (let n = 1; n <= 100; n++) bed.emit(0, 'A', { n });
    await bed.drained();
    const { call } = await redisConsumer(server.url);
    await call('XTRIM', `${options.prefix}4:0`, 'MAXLEN', '0');
    await call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    for (let n = 101; n <= 200; n++) bed.emit(0, 'A', { n });
    await bed.drained();
    expect(await numbers(`${options.prefix}4:0`)).toEqual(Array.from({ length: 100 }, (_, n) => n + 101));
  });
});

describe('the streams of spec-tacles', () => {
  it('have the data of each event under its name, as bytes in MessagePack', async () => {
    const options = own({ profile: 'spectacles' });
    const bed = await startBed(createRedisStreamSink({ ...options, prefix: undefined }));
    const contents = ['short', 'm'.repeat(300), 'l'.repeat(70_000)];
    for (const content of contents) bed.emit(0, 'MESSAGE_CREATE', { content });
    await bed.drained();
    const redis = new Redis(server.url);
    try {
      const entries = (await redis.xrangeBuffer('MESSAGE_CREATE', '-', '+')) as [Buffer, Buffer[]][];
      const packed = entries.map(([, fields]) => fields);
      expect(packed.map(([field]) => String(field))).toEqual(['data', 'data', 'data']);
      const [short, medium, long] = packed.map(([, value]) => value ?? Buffer.alloc(0));
      expect([...(short?.subarray(0, 2) ?? [])]).toEqual([0xc4, 19]);
      expect(String(short?.subarray(2))).toBe('{"content":"short"}');
      expect(medium?.[0]).toBe(0xc5);
      expect(medium?.readUInt16BE(1)).toBe((medium?.length ?? 0) - 3);
      expect(long?.[0]).toBe(0xc6);
      expect(long?.readUInt32BE(1)).toBe((long?.length ?? 0) - 5);
      expect(JSON.parse(String(long?.subarray(5)))).toEqual({ content: contents[2] });
    } finally {
      redis.disconnect();
    }
  });

  it('have only the events of the time that they keep', async () => {
    const options = own({ profile: 'spectacles', maxAgeMs: 3_600_000 });
    const { call, client } = await redisConsumer(server.url);
    const old = Date.now() - 3_700_000;
    for (let n = 0; n < 300; n++) await call('XADD', `${options.prefix}A`, `${old}-${n + 1}`, 'data', 'x');
    const bed = await startBed(createRedisStreamSink(options));
    bed.emit(0, 'A', {});
    await bed.drained();
    expect(await client.xLen(`${options.prefix}A`)).toBeLessThan(150);
  });
});

describe('options', () => {
  it.each([
    [{ name: 'a', url: 'redis://x', maxAgeMs: 5_000 }, /maxAgeMs is for profile 'spectacles'/],
    [{ name: 'a', url: 'redis://x', profile: 'spectacles', maxLength: 5 }, /maxLength is for profile 'shardgate'/],
    [{ name: 'a', url: 'redis://x', profile: 'x' }, /option 'profile' is 'x': expected 'shardgate' or 'spectacles'/],
  ])('%j is refused by name', (options, message) => {
    expect(() => createRedisStreamSink(options as RedisStreamSinkOptions)).toThrow(message);
  });
});
