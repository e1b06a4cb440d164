import { createJetStreamSink, type JetStreamSinkOptions } from '@shardgate/brokers/nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNats, type NatsServer } from '../../../test/services/nats.ts';
import { startBed } from './broker-bed.ts';
import { MANY } from './event-load.ts';
import { natsConsumer } from './nats-consumer.ts';

let server: NatsServer;
let streams = 0;
beforeAll(async () => void (server = await startNats()));
afterAll(() => server.end());

/** Options with a stream that no other test has. */
function own(more: Partial<JetStreamSinkOptions> = {}): JetStreamSinkOptions & { stream: string; prefix: string } {
  streams++;
  return { name: 'bot', url: server.url, ...more, stream: `S${streams}`, prefix: `d${streams}` };
}

describe('a JetStream stream', () => {
  it('has each event on the subject of its name and shard, with its identity', async () => {
    const options = own();
    const bed = await startBed(createJetStreamSink(options));
    bed.emit(2, 'MESSAGE_CREATE', { id: '81384788765712384', content: 'hello' });
    bed.emit(1, 'odd.name *', {});
    await bed.drained();
    const stored = await (await natsConsumer(server.url)).read(options.stream);
    expect(stored).toContainEqual({
      subject: `${options.prefix}.MESSAGE_CREATE.2`,
      id: '2/4:session-2:1',
      body: {
        op: 0,
        s: 1,
        t: 'MESSAGE_CREATE',
        id: '2/4:session-2:1',
        shard: [2, 4],
        receivedAt: expect.any(Number),
        d: { id: '81384788765712384', content: 'hello' },
      },
    });
    expect(stored.map(({ subject }) => subject)).toContain(`${options.prefix}.odd_name__.1`);
  });

  it(`keeps the order of each channel over ${MANY} events`, { timeout: 90_000 }, async () => {
    const options = own({ body: 'data' });
    const bed = await startBed(createJetStreamSink(options));
    const total = MANY;
    for (let index = 0; index < total; index++) {
      const channel = index % 40;
      bed.emit(channel % 4, 'MESSAGE_CREATE', { channel_id: String(channel), n: Math.floor(index / 40) + 1 });
      if (index % 1_000 === 999) await new Promise((resolve) => setImmediate(resolve));
    }
    await bed.drained(60_000);
    const seen = new Map<unknown, number>();
    for (const { body } of await (await natsConsumer(server.url)).read(options.stream)) {
      expect(body['n']).toBe((seen.get(body['channel_id']) ?? 0) + 1);
      seen.set(body['channel_id'], Number(body['n']));
    }
    expect([...seen.values()]).toEqual(Array.from({ length: 40 }, () => total / 40));
  });

  it('has an event once when the gateway starts again and Discord sends it again', async () => {
    const options = own();
    const first = await startBed(createJetStreamSink(options));
    for (let n = 1; n <= 50; n++) first.emit(0, 'A', { n });
    await first.drained();
    await first.stop();
    const second = await startBed(createJetStreamSink(options), { firstSeq: 31 });
    for (let n = 31; n <= 80; n++) second.emit(0, 'A', { n });
    await second.drained();
    const stored = await (await natsConsumer(server.url)).read(options.stream);
    expect(stored.map(({ body }) => (body['d'] as { n: number }).n)).toEqual(
      Array.from({ length: 80 }, (_, n) => n + 1),
    );
  });

  it('is created with file storage, bounds and a window for duplicates, and left as it is when it is there', async () => {
    const options = own({ maxBytes: 5_000_000, maxAgeMs: 3_600_000 });
    const bed = await startBed(createJetStreamSink(options));
    bed.emit(0, 'A', {});
    await bed.drained();
    const { manager } = await natsConsumer(server.url);
    const { config } = await manager.streams.info(options.stream);
    expect(config).toMatchObject({
      storage: 'file',
      discard: 'new',
      retention: 'limits',
      max_bytes: 5_000_000,
      max_age: 3_600_000e6,
      duplicate_window: 600_000e6,
      subjects: [`${options.prefix}.>`],
    });
    await bed.stop();
    const other = await startBed(createJetStreamSink({ ...options, maxBytes: 1_000 }), { firstSeq: 2 });
    other.emit(0, 'A', {});
    await other.drained();
    expect((await manager.streams.info(options.stream)).config.max_bytes).toBe(5_000_000);
    expect(other.notes[0]).toMatch(/^info: stream S\d+ of NATS .* is there: an event that comes again within 600 s/);
  });

  it('refuses an event larger than the server takes, and goes on with the next', async () => {
    const options = own();
    const buried: string[] = [];
    const bed = await startBed(createJetStreamSink(options), {
      maxDeliveries: 2,
      deadLetters: { add: async (_sink, _record, reason) => void buried.push(reason), close: async () => {} },
    });
    bed.emit(0, 'A', { n: 1 });
    bed.emit(0, 'A', { n: 2, filler: 'x'.repeat(1_100_000) });
    bed.emit(0, 'A', { n: 3 });
    await bed.drained();
    const stored = await (await natsConsumer(server.url)).read(options.stream);
    expect(stored.map(({ body }) => (body['d'] as { n: number }).n)).toEqual([1, 3]);
    expect(buried).toEqual([expect.stringMatching(/0\/4:session-0:2 has \d+ bytes, more than NATS .* takes/)]);
  });
});

describe('options', () => {
  it.each([
    [{ url: 'nats://x' }, /option 'name' is missing/],
    [{ name: 'a', url: 'http://user:hunter2@x' }, /option 'url' is not shown: expected a nats/],
    [{ name: 'a', url: 'nats://x', prefix: 'a.>' }, /option 'prefix' is 'a.>': expected parts/],
    [{ name: 'a', url: 'nats://x', strem: 'a' }, /no option 'strem'; did you mean 'stream'/],
  ])('%j is refused by name', (options, message) => {
    const make = (): unknown => createJetStreamSink(options as unknown as JetStreamSinkOptions);
    expect(make).toThrow(message);
    expect(make).not.toThrow(/hunter2/);
  });
});
