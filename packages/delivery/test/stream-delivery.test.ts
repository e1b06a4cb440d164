import { describe, expect, it, vi } from 'vitest';
import type { DeliveryGap } from '../src/delivery-record.ts';
import { deliver, event, events, lane, openSink, TRANSPORTS } from './stream-bed.ts';
import { connectPeer, joinPeer, offsetsOf } from './stream-peer.ts';

const gap: DeliveryGap = {
  kind: 'gap',
  ...lane(0),
  offset: 3,
  sessionId: 'session-a',
  afterSeq: 1_002,
  nextSeq: 1_009,
  count: 6,
  cause: 'journalFull',
  detectedAt: 1_800_000_000_001,
};

describe.each(TRANSPORTS)('a stream sink over %s', (transport) => {
  it('answers a hello with a welcome that names its limits, and is ready from then on', async () => {
    const bed = await openSink(transport, { window: { events: 100 } });
    const peer = await connectPeer(bed.url);
    expect(bed.door.readiness).toEqual([]);
    peer.send({ op: 'hello', version: 3, name: 'bot-1', window: { events: 10, bytes: 1e9 }, later: true });
    expect(await peer.next('welcome')).toMatchObject({
      op: 'welcome',
      version: 1,
      window: { events: 10, bytes: 4_194_304 },
      ackTimeoutMs: 30_000,
      pingIntervalMs: 15_000,
      silenceTimeoutMs: 45_000,
      maxMessageBytes: 65_536,
    });
    expect(bed.door.readiness).toEqual([true]);
    peer.send({ op: 'ping', n: 7 });
    expect(await peer.next('pong')).toEqual({ op: 'pong', n: 7 });
    peer.cut();
    await vi.waitFor(() => expect(bed.door.readiness).toEqual([true, false]));
  });

  it('sends a batch as one message whose payloads are the bytes as they came', async () => {
    const bed = await openSink(transport);
    const peer = await joinPeer(bed.url);
    const odd = Buffer.from(
      '{"d" : {"content":"\\ud83d\\ude00 ü","id":"9007199254740993", "x":1.0e2},"op":0,"s":9,"t":"X"}',
    );
    const records = [
      event(lane(0), 1),
      event(lane(0), 2, { t: 'X', seq: null, bytes: odd, guildId: '41771983423143937', guildEvent: 'join' }),
    ];
    deliver(bed, records, 2);
    expect(await peer.next('lease')).toEqual({ op: 'lease', lane: '0/4', epoch: 1 });
    const message = await peer.next('events');
    expect(message).toMatchObject({ op: 'events', lane: '0/4', epoch: 1, session: 'session-a' });
    expect(message['events']).toMatchObject([
      { offset: 1, seq: 1_001, at: 1_800_000_000_000, attempt: 2, payload: JSON.parse(String(records[0]?.bytes)) },
      { offset: 2, seq: null, guildId: '41771983423143937', guildEvent: 'join' },
    ]);
    expect(peer.texts.at(-1)).toContain(`"payload":${records[0]?.bytes.toString()}}`);
    expect(peer.texts.at(-1)).toContain(`"payload":${odd.toString()}}]}`);
  });

  it('acknowledges cumulatively, and the batch when all of it is', async () => {
    const bed = await openSink(transport);
    const peer = await joinPeer(bed.url);
    const batch = deliver(bed, events(lane(0), 1, 5));
    await peer.next('events');
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 3 });
    await vi.waitFor(() => expect(batch.acknowledged).toEqual([3]));
    expect(bed.sink.status().clients[0]?.inFlight.events).toBe(2);
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 2 });
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 5 });
    expect(await batch.outcome).toBe('acknowledged');
    expect(bed.sink.status().clients[0]?.inFlight).toEqual({ events: 0, bytes: 0 });
  });

  it('tells a gap in its place among the events', async () => {
    const bed = await openSink(transport);
    const peer = await joinPeer(bed.url);
    const batch = deliver(bed, [...events(lane(0), 1, 2), gap, ...events(lane(0), 4, 5, { sessionId: 'session-b' })]);
    await peer.next('lease');
    expect(offsetsOf(await peer.next('events'))).toEqual([1, 2]);
    const { kind: _kind, shardId: _shardId, shardCount: _shardCount, sessionId: session, ...rest } = gap;
    expect(await peer.next('gap')).toEqual({ op: 'gap', lane: '0/4', epoch: 1, session, ...rest });
    const later = await peer.next('events');
    expect([later['session'], offsetsOf(later)]).toEqual(['session-b', [4, 5]]);
    expect(peer.texts.map((text) => (JSON.parse(text) as { op: string }).op)).toEqual([
      'welcome',
      'lease',
      'events',
      'gap',
      'events',
    ]);
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 5 });
    expect(await batch.outcome).toBe('acknowledged');
  });

  it('sends no more than the window allows until something is acknowledged', async () => {
    const bed = await openSink(transport);
    const peer = await joinPeer(bed.url, { window: { events: 4, bytes: 1_000_000 } });
    const first = deliver(bed, events(lane(0), 1, 6));
    const second = deliver(bed, events(lane(0), 7, 9));
    expect(offsetsOf(await peer.next('events'))).toEqual([1, 2, 3, 4]);
    peer.send({ op: 'ping', n: 1 });
    await peer.next('pong');
    expect(peer.count('events')).toBe(0);
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 3 });
    expect(offsetsOf(await peer.next('events'))).toEqual([5, 6, 7]);
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 7 });
    expect(await first.outcome).toBe('acknowledged');
    expect(offsetsOf(await peer.next('events'))).toEqual([8, 9]);
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 9 });
    expect(await second.outcome).toBe('acknowledged');
  });

  it('sends an event larger than the window alone', async () => {
    const bed = await openSink(transport);
    const peer = await joinPeer(bed.url, { window: { events: 100, bytes: 2_000 } });
    const large = Buffer.from(`{"t":"X","s":2,"op":0,"d":"${'x'.repeat(300_000)}"}`);
    const batch = deliver(bed, [event(lane(0), 1), event(lane(0), 2, { bytes: large }), event(lane(0), 3)]);
    for (const offset of [1, 2, 3]) {
      expect(offsetsOf(await peer.next('events'))).toEqual([offset]);
      peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset });
    }
    expect(await batch.outcome).toBe('acknowledged');
    expect(batch.acknowledged).toEqual([1, 2, 3]);
  });

  it('sends only the events a client asked for, and every gap', async () => {
    const bed = await openSink(transport);
    const peer = await joinPeer(bed.url, { events: ['GUILD_CREATE'] });
    const batch = deliver(bed, [
      ...events(lane(0), 1, 2),
      gap,
      event(lane(0), 4, { t: 'GUILD_CREATE' }),
      event(lane(0), 5),
    ]);
    expect((await peer.next('gap'))['offset']).toBe(3);
    expect(offsetsOf(await peer.next('events'))).toEqual([4]);
    // What comes before and after was passed over.
    await vi.waitFor(() => expect(batch.acknowledged).toEqual([2]));
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 4 });
    expect(await batch.outcome).toBe('acknowledged');
    expect(batch.acknowledged.at(-1)).toBe(5);
    expect(await deliver(bed, [event(lane(0), 6)]).outcome).toBe('acknowledged');
  });

  it('splits a large batch into messages of a bounded size', async () => {
    const bed = await openSink(transport);
    const peer = await joinPeer(bed.url);
    const batch = deliver(bed, events(lane(0), 1, 600));
    const sizes: number[] = [];
    const bytes: number[] = [];
    for (let last = 0; last < 600;) {
      const message = await peer.next('events');
      const offsets = offsetsOf(message);
      sizes.push(offsets.length);
      bytes.push(JSON.stringify(message).length);
      last = offsets.at(-1) ?? Infinity;
    }
    expect(sizes.reduce((sum, size) => sum + size)).toBe(600);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(48 * 1_024);
    // Not many small ones.
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(100);
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 600 });
    expect(await batch.outcome).toBe('acknowledged');
  });

  it('forgets what the delivery gave up on, and may be given it again', async () => {
    const bed = await openSink(transport);
    const peer = await joinPeer(bed.url);
    const first = deliver(bed, events(lane(0), 1, 2));
    const second = deliver(bed, events(lane(0), 3, 4));
    await peer.next('events');
    second.abort();
    expect(await second.outcome).toBe('given up');
    expect(bed.sink.status().clients[0]?.inFlight.events).toBe(2);
    first.abort();
    expect(await first.outcome).toBe('given up');
    expect(bed.sink.status().clients[0]?.inFlight).toEqual({ events: 0, bytes: 0 });
    // The client is through with them by now: no fault of its.
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 4 });
    const again = deliver(bed, events(lane(0), 1, 4), 1);
    expect(await peer.next('events')).toMatchObject({ events: [{ offset: 1, attempt: 1 }, {}, {}, {}] });
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 4 });
    expect(await again.outcome).toBe('acknowledged');
    expect(bed.sink.status().faults).toBe(0);
  });

  it('without a client every batch fails at once, and when the sink closes every client is told', async () => {
    const bed = await openSink(transport);
    expect(await deliver(bed, events(lane(0), 1, 2)).outcome).toBe('stream: no client is connected');
    const peer = await joinPeer(bed.url);
    const batch = deliver(bed, events(lane(0), 1, 2));
    await peer.next('events');
    await bed.sink.close();
    await bed.sink.close();
    expect(await batch.outcome).toBe('stream: closed');
    expect(await peer.closed).toEqual({ code: transport === 'unix' ? 0 : 4503, error: 'goingAway' });
    await expect(connectPeer(bed.url)).rejects.toThrow(/ECONNREFUSED|ENOENT/);
  });
});
