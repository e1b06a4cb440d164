import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpSink } from '../src/http/http-sink.ts';
import {
  batchOf,
  drain,
  event,
  events,
  failureOf,
  gap,
  noContent,
  opened,
  payload,
  seqOf,
  startPeer,
  until,
} from './http-bed.ts';

const KEY = 'event-handler-key';

describe("the tutorial's event handler, which knows nothing of this library,", () => {
  it('gets every event as POST with the key and {"shardId","data"}, and nothing else has to be understood', async () => {
    // As docs/src/bigbots and the template have it: key, method, body, 204.
    const got: { shardId: number; data: { t: string; s: number; op: number; d: { content: string } } }[] = [];
    const server = createServer((request, response) => {
      if (request.headers.authorization !== KEY) {
        response.writeHead(401).end(JSON.stringify({ error: 'Invalid secret key.' }));
        return;
      }
      if (request.method !== 'POST') {
        response.writeHead(405).end(JSON.stringify({ error: 'Method not allowed.' }));
        return;
      }
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        got.push(JSON.parse(text));
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { sink, door } = await opened(
      createHttpSink({ name: 'bot', url: `http://127.0.0.1:${port}`, secretKey: KEY }),
    );
    await drain(sink, door, events(1, 25, { shardId: 3 }));
    expect(got).toEqual(events(1, 25).map(({ bytes }) => ({ shardId: 3, data: JSON.parse(bytes.toString()) })));
  });
});

describe('one event a request', () => {
  it('leaves the payload as it came, byte for byte', async () => {
    const peer = await startPeer();
    const { sink } = await opened(createHttpSink({ name: 'bot', url: `${peer.url}/in?x=1`, secretKey: KEY }));
    const odd = '{ "t":"X",\n"s":1,"op":0,"d":{"n":12345678901234567890,"a":1.0,"a":"\\u00e9é"}}';
    await sink.deliver(batchOf([event(1, { bytes: Buffer.from(odd) })]));
    expect(peer.seen[0]?.body.toString()).toBe(`{"shardId":0,"data":${odd}}`);
    expect(peer.seen[0]).toMatchObject({ method: 'POST', url: '/in?x=1' });
    expect(peer.seen[0]?.headers).toMatchObject({ authorization: KEY, 'content-type': 'application/json' });
  });

  it('says in headers what the body has no place for', async () => {
    const peer = await startPeer();
    const { sink } = await opened(createHttpSink({ name: 'bot', url: peer.url }));
    const records = [event(7, { guildId: '123', guildEvent: 'join' }), event(8, { sessionId: 'a\r\nx: y' })];
    await sink.deliver(batchOf(records, 2));
    expect(peer.seen[0]?.headers).toMatchObject({
      'shardgate-event-id': '0/4:d1e2f3a4b5c6:7',
      'shardgate-attempt': '2',
      'shardgate-offset': '7',
      'shardgate-guild-id': '123',
      'shardgate-guild-event': 'join',
      'shardgate-received-at': '1700000000007',
    });
    // A session id that is no plain text must not become a header.
    expect(peer.seen[1]?.headers).not.toHaveProperty('shardgate-event-id');
    expect(peer.seen[1]?.headers).not.toHaveProperty('x');
    expect(peer.seen[0]?.headers).not.toHaveProperty('authorization');
  });

  it('keeps the order of a lane with one request at a time while other lanes go on, and uses its connections again', async () => {
    let held: (() => void) | undefined;
    const peer = await startPeer((request, response) => {
      const first = request.headers['shardgate-event-id'] === '0/4:d1e2f3a4b5c6:1';
      if (first) held = () => noContent(response);
      else noContent(response);
    });
    const { sink } = await opened(createHttpSink({ name: 'bot', url: peer.url }));
    const slow = [sink.deliver(batchOf(events(1, 20))), sink.deliver(batchOf(events(21, 40)))];
    await sink.deliver(batchOf(events(1, 40, { shardId: 1 })));
    const ofShard = (shardId: number) =>
      peer.seen.filter(({ body }) => JSON.parse(body.toString()).shardId === shardId);
    expect(ofShard(0).map(seqOf)).toEqual([1]);
    held?.();
    await Promise.all(slow);
    expect(ofShard(0).map(seqOf)).toEqual(events(1, 40).map(({ seq }) => seq));
    // A lane alternates between two at most: the library lets one rest for a moment after an answer.
    expect(peer.connections()).toBeLessThanOrEqual(4);
  });

  it('stops at a failure: nothing behind it is sent until the lane sends it again', async () => {
    const peer = await startPeer((_, response, index) =>
      index === 2 ? response.writeHead(500).end() : noContent(response),
    );
    const { sink } = await opened(createHttpSink({ name: 'bot', url: peer.url }));
    const batches = [batchOf(events(1, 4)), batchOf(events(5, 8)), batchOf(events(9, 12))];
    const failures = await Promise.all(batches.map((batch) => failureOf(sink.deliver(batch))));
    expect(peer.seen.map(seqOf)).toEqual([1, 2, 3]);
    expect(batches.map(({ acked }) => acked)).toEqual([[1, 2], [], []]);
    expect(failures.map(({ name }) => name)).toEqual(['Error', 'Error', 'Error']);
    await sink.deliver(batchOf(events(3, 12), 1));
    expect(peer.seen.slice(3).map(seqOf)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('passes over gaps, unless they are asked for', async () => {
    const peer = await startPeer();
    const silent = await opened(createHttpSink({ name: 'a', url: peer.url }));
    const telling = await opened(createHttpSink({ name: 'b', url: peer.url, gaps: true }));
    const batch = batchOf([gap(4), event(5)]);
    await silent.sink.deliver(batch);
    expect(batch.acked).toEqual([4, 5]);
    expect(peer.seen.map(({ body }) => body.toString())).toEqual([`{"shardId":0,"data":${payload(5)}}`]);
    await telling.sink.deliver(batchOf([gap(4)]));
    expect(JSON.parse(peer.seen[1]?.body.toString() ?? '')).toEqual({
      shardId: 0,
      gap: {
        shardId: 0,
        shardCount: 4,
        offset: 4,
        sessionId: 'd1e2f3a4b5c6',
        afterSeq: 3,
        nextSeq: null,
        cause: 'sessionLost',
        count: null,
        detectedAt: 1_700_000_000_999,
      },
    });
  });

  it('spreads shards over several consumers, each shard always to the same one', async () => {
    const peers = [await startPeer(), await startPeer()];
    const { sink } = await opened(createHttpSink({ name: 'bot', urls: peers.map(({ url }) => url) }));
    await Promise.all([0, 1, 2, 3].map((shardId) => sink.deliver(batchOf(events(1, 2, { shardId })))));
    const shards = peers.map(({ seen }) => new Set(seen.map(({ body }) => JSON.parse(body.toString()).shardId)));
    expect(shards).toEqual([new Set([0, 2]), new Set([1, 3])]);
  });

  it('loses nothing and keeps the order when the consumer is killed again and again', async () => {
    let peer = await startPeer();
    const { port, url } = peer;
    const handled: number[] = [];
    let until = 17;
    const answer: Parameters<typeof startPeer>[0] = (request, response) => {
      // Killed with the event handled and not answered, or before it was looked at.
      if (handled.length === until) {
        until += 23;
        if (until % 2 === 0) handled.push(seqOf(request));
        void peer.close().then(async () => (peer = await startPeer(answer, port)));
        return;
      }
      handled.push(seqOf(request));
      noContent(response);
    };
    await peer.close();
    peer = await startPeer(answer, port);
    const { sink, door } = await opened(createHttpSink({ name: 'bot', url }));
    await drain(sink, door, events(1, 200));
    expect(until).toBeGreaterThan(150);
    expect([...new Set(handled)]).toEqual(events(1, 200).map(({ seq }) => seq));
  });
});

it('open and close may be repeated, and what is under way at the end rejects', async () => {
  const peer = await startPeer(() => undefined);
  const { sink, door } = await opened(createHttpSink({ name: 'bot', url: peer.url }));
  expect(door.ready).toBe(true);
  const failures = [failureOf(sink.deliver(batchOf([event(1)]))), failureOf(sink.deliver(batchOf([event(2)])))];
  await until('the request is there', () => peer.seen.length === 1);
  await sink.close();
  await sink.close();
  expect((await Promise.all(failures)).map(({ message }) => message)).toEqual([
    expect.stringContaining('the sink was closed'),
    expect.stringContaining('not sent'),
  ]);
  expect((await failureOf(sink.deliver(batchOf([event(1)])))).message).toContain('is not open');
});
