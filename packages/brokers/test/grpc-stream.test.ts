import * as grpc from '@grpc/grpc-js';
import { createGrpcStreamSink, type GrpcStreamSink, type GrpcStreamSinkOptions } from '@shardgate/brokers/grpc';
import type { Batch, DeliveryRecord } from '@shardgate/delivery';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAuthority } from '../../../test/beds/certificate.ts';
import { batchMessages } from '../src/grpc/consumer-messages.ts';
import { createEventRates } from '../src/grpc/event-rate.ts';
import { loadService } from '../src/grpc/grpc-library.ts';
import { startBed, until } from './broker-bed.ts';
import { judge } from './event-load.ts';
import { consumeStream, eventAt, welcomed, type ConsumerSettings } from './grpc-bed.ts';

const portOf = (sink: GrpcStreamSink): number => sink.address?.port ?? 0;

async function start(options: Partial<GrpcStreamSinkOptions> = {}, more: object = {}) {
  const sink = createGrpcStreamSink({ name: 'stream', port: 0, ...options });
  const bed = await startBed(sink, more);
  await until(() => sink.address !== undefined);
  return { sink, bed, consume: (settings?: ConsumerSettings) => consumeStream(portOf(sink), settings) };
}

/** A sink without a delivery, whose batches the test makes. */
async function startAlone(options: Partial<GrpcStreamSinkOptions> = {}) {
  const sink = createGrpcStreamSink({ name: 'stream', port: 0, ...options });
  const notes: string[] = [];
  let ready = false;
  await sink.open({ setReady: (now) => (ready = now), report: (_, message) => notes.push(message) });
  onTestFinished(() => sink.close());
  const acknowledged: number[] = [];
  return {
    sink,
    notes,
    acknowledged,
    isReady: () => ready,
    deliver: (records: readonly DeliveryRecord[], signal = new AbortController().signal, attempt = 0) => {
      const { shardId, shardCount } = records[0] ?? eventAt(0);
      const batch: Batch = {
        lane: { shardId, shardCount },
        records,
        attempt,
        signal,
        acknowledge: (offset) => void acknowledged.push(offset),
      };
      const done = sink.deliver(batch);
      done.catch(() => {});
      return done;
    },
  };
}

const gap: DeliveryRecord = {
  kind: 'gap',
  shardId: 0,
  shardCount: 4,
  offset: 3,
  sessionId: 's',
  afterSeq: 2,
  nextSeq: null,
  cause: 'memoryFull',
  count: 7,
  detectedAt: 1_700_000_000_001,
};
const reshard: DeliveryRecord = {
  kind: 'reshard',
  shardId: 0,
  shardCount: 4,
  offset: 4,
  sessionId: 's',
  from: { shardCount: 2, shards: [{ shardId: 1, sessionId: 'o', seq: 9 }] },
  to: { shardCount: 4, shards: [{ shardId: 0, sessionId: 's', seq: 2 }] },
  at: 1_700_000_000_002,
};

describe('a consumer of the stream', () => {
  it('gets events with all that is known of them, gaps and reshards, in order', async () => {
    const { sink, deliver, isReady } = await startAlone();
    const consumer = consumeStream(portOf(sink));
    await until(isReady);
    const old = Buffer.from('{"n":0}');
    const known = { guildId: '123', guildEvent: 'join' as const, old };
    await deliver([
      eventAt(1),
      eventAt(2, { ...known, seq: null, t: 'Ä' }),
      gap,
      reshard,
      eventAt(5, { sessionId: 'x' }),
    ]);
    const [welcome, lease, first, ...rest] = consumer.told;
    expect(welcome).toMatchObject({ message: 'welcome', welcome: { consumer: 'stream#1' } });
    expect(lease).toMatchObject({ lease: { shardCount: 4, held: true } });
    expect(first?.events).toMatchObject({ shardCount: 4, session: 's' });
    const [plain, full] = first?.events?.events ?? [];
    expect(plain).toMatchObject({ offset: 1, seq: 1, t: 'MESSAGE_CREATE', receivedAt: 1_700_000_000_000 });
    expect(full).toEqual({ offset: 2, t: 'Ä', ...known, data: eventDataOf(2), receivedAt: 1_700_000_000_000 });
    expect(rest).toMatchObject([
      { gap: { offset: 3, session: 's', afterSeq: 2, cause: 'memoryFull', count: 7, detectedAt: 1_700_000_000_001 } },
      {
        reshard: {
          offset: 4,
          from: [{ shard: 1, shardCount: 2, session: 'o', seq: 9 }],
          to: [{ shardCount: 4, session: 's', seq: 2 }],
        },
      },
      { events: { session: 'x', events: [{ offset: 5 }] } },
    ]);
    expect(rest[0]?.['gap']).not.toHaveProperty('nextSeq');
  });

  it('acknowledges up to an offset, and only then events count as delivered', async () => {
    const { sink, deliver, isReady, acknowledged } = await startAlone();
    const consumer = consumeStream(portOf(sink), { acknowledges: false });
    await until(isReady);
    let isDone = false;
    void deliver([eventAt(1), eventAt(2), eventAt(3)]).then(() => (isDone = true));
    await until(() => consumer.offsets.length === 3);
    consumer.write({ ack: { shard: 0, shardCount: 4, offset: 2 } });
    await until(() => acknowledged.includes(2));
    expect(isDone).toBe(false);
    consumer.write({ ack: { shard: 0, shardCount: 4, offset: 3 } });
    await until(() => isDone);
  });

  it('goes on where it says, and gets only the events that it names', async () => {
    const { sink, deliver, isReady } = await startAlone();
    const cursors = [{ shard: 0, shardCount: 4, session: 's', seq: 2 }];
    const consumer = consumeStream(portOf(sink), { hello: { name: 'a', cursors, events: ['MESSAGE_CREATE'] } });
    await until(isReady);
    await deliver([eventAt(1), eventAt(2)]);
    await deliver([eventAt(3), eventAt(4, { t: 'TYPING_START' }), eventAt(5, { seq: 1, sessionId: 'other' })]);
    await deliver([eventAt(6, { t: 'TYPING_START' })]);
    expect(consumer.offsets).toEqual([3, 5]);
  });

  it('shares the shards with others, hands them on without a repetition, and leaves with a bye', async () => {
    const { bed, consume, sink } = await start();
    const first = consume();
    await welcomed(first);
    for (let n = 1; n <= 200; n++) bed.emit(n % 4, 'A', { channel_id: String(n % 4), n });
    await bed.drained();
    const second = consume();
    await until(() => sink.status().consumers.every(({ lanes }) => lanes.length === 2) && second.told.length > 2);
    for (let n = 201; n <= 400; n++) bed.emit(n % 4, 'A', { channel_id: String(n % 4), n });
    await bed.drained();
    first.write({ bye: {} });
    await until(() => first.end !== undefined);
    expect(first.end).toMatchObject({ code: grpc.status.OK });
    for (let n = 401; n <= 600; n++) bed.emit(n % 4, 'A', { channel_id: String(n % 4), n });
    await bed.drained();
    const got = [...first.data, ...second.data].map(({ n }) => n);
    expect(got).toHaveLength(600);
    expect(new Set(got).size).toBe(600);
    expect(judge(new Map(), second.data).outOfOrder).toBe(0);
    expect(second.data.length).toBeGreaterThan(290);
  });

  it('that goes without a word leaves what it has not acknowledged to the next', async () => {
    const { bed, consume } = await start();
    const first = consume({ acknowledges: false });
    await welcomed(first);
    for (let n = 1; n <= 100; n++) bed.emit(1, 'A', { channel_id: '1', n });
    await until(() => first.offsets.length > 0);
    first.cancel();
    const second = consume();
    await bed.drained();
    expect(second.data.map(({ n }) => n)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });

  it('that does not acknowledge in time is cut off, and others get what it had', async () => {
    const { bed, consume } = await start({}, { ackTimeoutMs: 300 });
    const stuck = consume({ acknowledges: false });
    await welcomed(stuck);
    bed.emit(1, 'A', { n: 1 });
    await until(() => stuck.end !== undefined);
    expect(stuck.end).toEqual({
      code: grpc.status.DEADLINE_EXCEEDED,
      details: 'what you were sent was not acknowledged in time',
    });
    consume();
    await bed.drained();
  });

  it.each([
    ['acknowledges what it was not sent', { ack: { shard: 0, shardCount: 4, offset: 9 } }, /offset 9 .* was not sent/],
    ['says hello twice', { hello: {} }, /hello was said already/],
    ['says something unknown', {}, /unknown kind/],
  ])('that %s is sent away, and the rest goes on', async (_, message, details) => {
    const { bed, consume } = await start();
    const bad = consume();
    await welcomed(bad);
    bad.write(message);
    await until(() => bad.end !== undefined);
    expect(bad.end).toEqual({ code: grpc.status.INVALID_ARGUMENT, details: expect.stringMatching(details) });
    consume();
    bed.emit(0, 'A', { n: 1 });
    await bed.drained();
  });

  it('is one of so many at most', async () => {
    const { consume } = await start({ maxConsumers: 1 });
    await welcomed(consume());
    const second = consume();
    await until(() => second.end !== undefined);
    expect(second.end?.code).toBe(grpc.status.RESOURCE_EXHAUSTED);
  });
});

describe('a stream sink', () => {
  it('lets nobody in without its key, and shows it nowhere', async () => {
    const { bed, consume } = await start({ secretKey: 'hunter2hunter2' });
    const strangers = [consume(), consume({ metadata: { authorization: 'Bearer wrong' } })];
    await until(() => strangers.every(({ end }) => end !== undefined));
    expect(strangers.map(({ end }) => end?.code)).toEqual([grpc.status.UNAUTHENTICATED, grpc.status.UNAUTHENTICATED]);
    await welcomed(consume({ metadata: { authorization: 'bearer hunter2hunter2' } }));
    expect(JSON.stringify([bed.notes, strangers])).not.toContain('hunter2');
  });

  it('speaks TLS, and takes only clients of its authority where it has one', async () => {
    const [authority, other] = [createAuthority('ours'), createAuthority('other')];
    const own = authority.issue({ host: 'localhost' });
    const { consume } = await start({ tls: { ...own, ca: authority.cert } });
    const credentials = (from: typeof authority) => {
      const { key, cert } = from.issue({ host: 'bot' });
      return grpc.credentials.createSsl(Buffer.from(authority.cert), Buffer.from(key), Buffer.from(cert));
    };
    const stranger = consume({ credentials: credentials(other) });
    const plain = consume();
    await welcomed(consume({ credentials: credentials(authority) }));
    await until(() => stranger.end !== undefined && plain.end !== undefined);
    expect([stranger.end?.code, plain.end?.code]).toEqual([grpc.status.UNAVAILABLE, grpc.status.UNAVAILABLE]);
  });

  it('is not open to everybody', () => {
    const open = (more: object) => createGrpcStreamSink({ name: 'x', host: '0.0.0.0', ...more });
    expect(() => open({})).toThrow(/'host' is 0\.0\.0\.0, which others can reach: it needs a secretKey/);
    expect(() => open({ secretKey: 'k' })).not.toThrow();
    expect(() => open({ tls: { key: 'k', cert: 'c' } })).toThrow(/'tls.key' is not shown: expected PEM text/);
    expect(() => open({ secretKye: 'hunter2' })).toThrow(/no option 'secretKye'; did you mean 'secretKey'/);
  });

  it('holds little for a consumer that reads nothing', async () => {
    const { sink, deliver, isReady } = await startAlone();
    const consumer = consumeStream(portOf(sink));
    await until(isReady);
    consumer.pause();
    const bytes = Buffer.from(`{"t":"A","s":1,"op":0,"d":{"channel_id":"0","n":"${'x'.repeat(200_000)}"}}`);
    const before = process.memoryUsage().arrayBuffers;
    const all = Array.from({ length: 300 }, (_, index) => deliver([eventAt(index + 1, { bytes })]));
    await new Promise((resolve) => setTimeout(resolve, 300));
    // 60 MB are to be sent.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30_000_000);
    consumer.resume();
    await Promise.all(all);
    expect(consumer.offsets).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  });
});

it('an event batch written by hand is what the generic encoder writes', async () => {
  const { Consume } = await loadService('shardgate/v1/events.proto', 'shardgate.v1.Events', 'counts');
  const text = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constant('x'.repeat(200)));
  const count = fc.oneof(fc.nat(), fc.maxSafeNat());
  const event = fc.record({
    offset: count,
    seq: fc.option(count),
    t: text,
    receivedAt: count,
    guildId: fc.option(text, { nil: undefined }),
    old: fc.option(
      text.map((value) => Buffer.from(JSON.stringify(value))),
      { nil: undefined },
    ),
    data: fc.json(),
  });
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 1 }),
      fc.nat(9_999),
      fc.nat(),
      text,
      (events, shardId, attempt, session) => {
        const records = events.map(({ data, guildId, old, ...rest }) => ({
          ...eventAt(0),
          ...rest,
          shardId,
          shardCount: 10_000,
          sessionId: session,
          bytes: Buffer.from(`{"op":0,"d":${data},"s":1,"t":"A"}`),
          ...(guildId === undefined ? {} : { guildId }),
          ...(old === undefined ? {} : { old }),
        }));
        const lane = { shardId, shardCount: 10_000 };
        const batch: Batch = { lane, records, attempt, signal: new AbortController().signal, acknowledge: () => {} };
        const { messages, lastSent } = batchMessages(batch, () => true);
        expect(lastSent).toBe(events.at(-1)?.offset);
        const decoded = Consume?.responseDeserialize(messages[0] as Buffer) as { events: object };
        expect(decoded.events).toMatchObject({
          shard: shardId,
          shardCount: 10_000,
          session,
          attempt,
          events: events.map(({ data, seq, guildId, old, ...rest }) => ({
            ...rest,
            data: Buffer.from(data),
            guildId: guildId ?? '',
            ...(seq === null ? {} : { seq }),
            old: old ?? Buffer.alloc(0),
          })),
        });
      },
    ),
  );
});

it('the rate of events is that of the last minute', () => {
  const rates = createEventRates();
  for (let now = 0; now < 30_000; now += 100) rates.count(1, now);
  expect(rates.of(1, 30_000)).toBe(5);
  expect(rates.of(1, 75_000)).toBeCloseTo((14 * 10) / 60);
  expect(rates.of(1, 1_000_000)).toBe(0);
  expect(rates.of(2, 0)).toBe(0);
});

function eventDataOf(n: number): Buffer {
  return Buffer.from(`{"channel_id":"0","n":${n}}`);
}
