import { describe, expect, it } from 'vitest';
import { createHttpSink } from '../src/http/http-sink.ts';
import {
  batchOf,
  drain,
  event,
  events,
  failureOf,
  gap,
  linesOf,
  noContent,
  opened,
  SESSION,
  startPeer,
} from './http-bed.ts';
import type { Peer } from './http-bed.ts';

const batchSink = (peer: Pick<Peer, 'url'>) =>
  createHttpSink({ name: 'bot', url: peer.url, secretKey: 'k', format: 'batch' });

describe('a batch a request', () => {
  it('has a line for each event with everything that is known, and for each gap', async () => {
    const peer = await startPeer();
    const { sink } = await opened(batchSink(peer));
    await sink.deliver(batchOf([event(1, { guildId: '5', guildEvent: 'leave' }), event(2, { seq: null }), gap(3)], 4));
    expect(peer.seen).toHaveLength(1);
    expect(peer.seen[0]?.headers).toMatchObject({
      authorization: 'k',
      'content-type': 'application/x-ndjson',
      'shardgate-attempt': '4',
      'shardgate-lane': '0/4',
    });
    const [first, second, third] = linesOf(peer.seen[0]!);
    expect(first).toEqual({
      id: `0/4:${SESSION}:1`,
      shardId: 0,
      shardCount: 4,
      sessionId: SESSION,
      seq: 1,
      offset: 1,
      receivedAt: 1_700_000_000_001,
      guildId: '5',
      guildEvent: 'leave',
      data: JSON.parse(event(1).bytes.toString()),
    });
    expect(second).toMatchObject({ seq: null, offset: 2 });
    expect(second).not.toHaveProperty('id');
    expect(third).toMatchObject({ gap: { offset: 3, cause: 'sessionLost', nextSeq: null } });
  });

  it('leaves payloads as they came, but for line breaks between their tokens', async () => {
    const peer = await startPeer();
    const { sink } = await opened(batchSink(peer));
    const plain = '{"t":"X","s":1,"op":0,"d":{"n":12345678901234567890,"a":"\\n"}}';
    const pretty = Buffer.from('{"t":"X",\r\n"s":2,\n"op":0,"d":"ä"}');
    await sink.deliver(batchOf([event(1, { bytes: Buffer.from(plain) }), event(2, { bytes: pretty })]));
    const body = peer.seen[0]?.body.toString() ?? '';
    expect(body).toContain(`"data":${plain}}\n`);
    expect(linesOf(peer.seen[0]!)[1]?.['data']).toEqual(JSON.parse(pretty.toString()));
    expect(pretty.toString()).toContain('\r\n');
  });

  it('is acknowledged as a whole by a 2xx with any body or none', async () => {
    const peer = await startPeer((_, response, index) => {
      if (index === 0) response.writeHead(200).end('ok');
      else if (index === 1) response.writeHead(200).write('x'.repeat(200_000));
      else noContent(response);
    });
    const { sink } = await opened(batchSink(peer));
    for (const start of [1, 11, 21]) {
      const batch = batchOf(events(start, start + 9));
      await sink.deliver(batch);
      expect(batch.acked).toEqual([start + 9]);
    }
    expect(peer.seen).toHaveLength(3);
  });

  it('goes on behind the part that the consumer took', async () => {
    const taken: number[] = [];
    const peer = await startPeer((request, response) => {
      const offsets = linesOf(request).map((line) => line['offset'] as number);
      const part = offsets.slice(0, 4);
      taken.push(...part);
      response.writeHead(200).end(JSON.stringify({ acknowledged: part.at(-1) }));
    });
    const { sink } = await opened(batchSink(peer));
    const batch = batchOf(events(1, 10));
    await sink.deliver(batch);
    expect(batch.acked).toEqual([4, 8, 10]);
    expect(taken).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it.each(['0', '11', '-1', '2.5', '"3"', 'null', '1e999'])(
    'does not believe the acknowledgement %s',
    async (acknowledged) => {
      const peer = await startPeer((_, response) => response.writeHead(200).end(`{"acknowledged":${acknowledged}}`));
      const { sink } = await opened(batchSink(peer));
      const batch = batchOf(events(1, 10));
      expect((await failureOf(sink.deliver(batch))).message).toContain('no offset of the batch');
      expect(batch.acked).toEqual([]);
      expect(peer.seen).toHaveLength(1);
    },
  );

  it('comes again when the connection is killed in the middle of the answer', async () => {
    const peer = await startPeer((request, response, index) => {
      if (index > 0) return noContent(response);
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"acknow', () => request.socket.destroy());
    });
    const { sink, door } = await opened(batchSink(peer));
    await drain(sink, door, events(1, 10));
    expect(peer.seen.map((request) => linesOf(request).length)).toEqual([10, 10]);
  });

  it('loses nothing and keeps the order over a consumer that dies at every third request', async () => {
    const handled: number[] = [];
    const peer = await startPeer((request, response, index) => {
      const offsets = linesOf(request).map((line) => line['offset'] as number);
      // Dies before it handled them, after some, or after all; but never says so.
      const dies = index % 3 === 0;
      handled.push(...(dies ? offsets.slice(0, index % 4) : offsets));
      if (dies) request.socket.destroy();
      else noContent(response);
    });
    const { sink, door } = await opened(batchSink(peer));
    await drain(sink, door, events(1, 400));
    expect([...new Set(handled)]).toEqual(events(1, 400).map(({ offset }) => offset));
    // After a failure nothing that follows may be handled before what failed.
    for (const [index, offset] of handled.entries()) expect(offset).toBeLessThanOrEqual((handled[index - 1] ?? 0) + 1);
  });
});
