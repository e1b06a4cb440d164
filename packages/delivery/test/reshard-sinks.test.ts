import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { DeliveryReshard } from '../src/index.ts';
import { createHttpSink, createStdioSink, eventData } from '../src/index.ts';
import { batchOf, event as httpEvent, gap, linesOf, opened, startPeer } from './http-bed.ts';
import { deliver, event, lane, openSink, TRANSPORTS } from './stream-bed.ts';
import { connectPeer, joinPeer } from './stream-peer.ts';

const LANE = lane(0);
const OLD = Buffer.from('{"content":"before ü"}');

const reshardAt = (offset: number): DeliveryReshard => ({
  kind: 'reshard',
  ...LANE,
  offset,
  sessionId: 'session-a',
  from: { shardCount: 2, shards: [{ shardId: 0, sessionId: 'older', seq: 7 }] },
  to: { shardCount: 4, shards: [{ shardId: 0, sessionId: 'session-a', seq: 1_001 }] },
  at: 1_800_000_000_000,
});

describe.each(TRANSPORTS)('a stream sink over %s', (transport) => {
  it('tells a reshard to a client that knows of them, and has it acknowledged like an event', async () => {
    const bed = await openSink(transport);
    const peer = await connectPeer(bed.url);
    peer.send({ op: 'hello', version: 1, name: 'bot', reshards: true });
    await peer.next('welcome');
    const batch = deliver(bed, [reshardAt(1), event(LANE, 2)]);
    const { from, to, at } = reshardAt(1);
    expect(await peer.next('reshard')).toEqual({ op: 'reshard', lane: '0/4', epoch: 1, offset: 1, from, to, at });
    await peer.next('events');
    expect(bed.sink.status().clients[0]?.inFlight.events).toBe(2);
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 2 });
    expect(await batch.outcome).toBe('acknowledged');
    expect(bed.sink.status().clients[0]?.inFlight).toEqual({ events: 0, bytes: 0 });
  });

  it('sends none to a client that does not, which owes nothing for it', async () => {
    const bed = await openSink(transport);
    const peer = await joinPeer(bed.url);
    expect(await deliver(bed, [reshardAt(1)]).outcome).toBe('acknowledged');
    const batch = deliver(bed, [reshardAt(2), event(LANE, 3)]);
    await peer.next('events');
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 3 });
    expect(await batch.outcome).toBe('acknowledged');
    expect(peer.count('reshard')).toBe(0);
  });

  it('sends what was before an event, unless it is told not to', async () => {
    const bed = await openSink(transport);
    const peer = await joinPeer(bed.url);
    deliver(bed, [event(LANE, 1, { old: OLD }), event(LANE, 2)]);
    const events = (await peer.next('events'))['events'] as { old?: unknown; payload: unknown }[];
    expect(events.map(({ old }) => old)).toEqual([{ content: 'before ü' }, undefined]);
    const without = await openSink(transport, { old: false });
    const other = await joinPeer(without.url);
    deliver(without, [event(LANE, 1, { old: OLD })]);
    expect((await other.next('events'))['events']).toEqual([expect.not.objectContaining({ old: expect.anything() })]);
    const bytes = event(LANE, 1).bytes.length + 256;
    expect(without.sink.status().clients[0]?.inFlight.bytes).toBe(bytes);
    expect(bed.sink.status().clients[0]?.inFlight.bytes).toBe(2 * bytes + OLD.length);
  });

  it('takes a lane back whose shard is gone', async () => {
    const bed = await openSink(transport);
    const peer = await joinPeer(bed.url);
    const batch = deliver(bed, [event(LANE, 1)]);
    await peer.next('events');
    bed.sink.forget?.(LANE);
    expect(bed.sink.status().clients[0]?.lanes).toEqual(['0/4']);
    peer.send({ op: 'ack', lane: '0/4', epoch: 1, offset: 1 });
    await batch.outcome;
    bed.sink.forget?.(LANE);
    expect(await peer.next('revoke')).toEqual({ op: 'revoke', lane: '0/4', epoch: 1 });
    expect(bed.sink.status().clients[0]?.lanes).toEqual([]);
  });
});

describe('an HTTP sink', () => {
  it('tells a reshard with format event only where gaps are wanted, too', async () => {
    const peer = await startPeer();
    const plain = await opened(createHttpSink({ name: 'plain', url: peer.url }));
    const batch = batchOf([reshardAt(1), gap(2), httpEvent(3)]);
    await plain.sink.deliver(batch);
    expect(peer.seen.map(({ body }) => Object.keys(JSON.parse(body.toString()) as object))).toEqual([
      ['shardId', 'data'],
    ]);
    expect(batch.acked).toEqual([1, 2, 3]);
    const told = await opened(createHttpSink({ name: 'told', url: peer.url, gaps: true }));
    await told.sink.deliver(batchOf([reshardAt(1)]));
    const { from, to, at } = reshardAt(1);
    expect(JSON.parse(String(peer.seen.at(-1)?.body))).toEqual({
      shardId: 0,
      reshard: { ...LANE, offset: 1, from, to, at },
    });
  });

  it.each([true, false])('puts what was before an event behind its data, or not: old %s', async (old) => {
    const peer = await startPeer();
    const each = await opened(createHttpSink({ name: 'each', url: peer.url, old }));
    const data = httpEvent(1).bytes.toString();
    await each.sink.deliver(batchOf([httpEvent(1, { old: OLD })]));
    expect(String(peer.seen[0]?.body)).toBe(`{"shardId":0,"data":${data}${old ? `,"old":${OLD.toString()}` : ''}}`);
    const together = await opened(createHttpSink({ name: 'together', url: peer.url, format: 'batch', old }));
    const pretty = Buffer.from('{\n"content":1}');
    await together.sink.deliver(batchOf([httpEvent(1, { old: pretty }), reshardAt(2)]));
    const [line, notice] = linesOf(peer.seen.at(-1)!);
    expect([line?.['old'], notice?.['reshard'] === undefined]).toEqual([old ? { content: 1 } : undefined, false]);
  });
});

it('a stdio sink writes both as an HTTP batch has them', async () => {
  let written = '';
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString();
      done();
    },
  });
  const { sink } = await opened(createStdioSink({ name: 'out', output }));
  await sink.deliver(batchOf([reshardAt(1), httpEvent(2, { old: OLD })]));
  const [notice, line] = linesOf({ body: Buffer.from(written) });
  expect(notice).toMatchObject({ reshard: { offset: 1, to: { shardCount: 4 } } });
  expect(line).toMatchObject({ seq: 2, old: { content: 'before ü' } });
});

it('the bytes of an event’s data are found without parsing it, in whatever order its members are', () => {
  const d = '{"a":[1,{"t":"x"}],"d":{"ü":"}"}}';
  for (const text of [
    `{"t":"X","s":1,"op":0,"d":${d}}`,
    `{"op":0,"d":${d},"s":1,"t":"X"}`,
    `{ "op": 0, "d" : ${d} , "s":1, "t":"X" }`,
  ]) {
    expect(eventData({ bytes: Buffer.from(text) }).toString(), text).toBe(d);
  }
  expect(eventData({ bytes: Buffer.from('{"t":"X","s":1,"op":0}') }).toString()).toBe('null');
});
