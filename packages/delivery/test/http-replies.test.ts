import type { Socket } from 'node:net';
import { systemClock } from '@shardgate/gateway';
import { describe, expect, it } from 'vitest';
import { createHttpSink } from '../src/http/http-sink.ts';
import { BusyError, RefusedError } from '../src/index.ts';
import { batchOf, event, events, failureOf, noContent, opened, seqOf, startPeer } from './http-bed.ts';

async function replyTo(status: number, headers: Record<string, string> = {}, body = ''): Promise<Error> {
  const peer = await startPeer((_, response) => response.writeHead(status, headers).end(body));
  const { sink } = await opened(createHttpSink({ name: 'bot', url: peer.url, secretKey: 'the-key' }));
  return failureOf(sink.deliver(batchOf([event(1)])));
}

describe('what an answer means', () => {
  it.each([200, 201, 202, 204, 206])('%i acknowledges', async (status) => {
    const peer = await startPeer((_, response) => response.writeHead(status).end(status === 204 ? undefined : 'fine'));
    const { sink } = await opened(createHttpSink({ name: 'bot', url: peer.url }));
    const batch = batchOf([event(1)]);
    await sink.deliver(batch);
    expect(batch.acked).toEqual([1]);
  });

  it.each([400, 413, 422])('%i refuses the event, in the words of the consumer', async (status) => {
    const failure = await replyTo(status, {}, 'bad\n\u001B[31mthing');
    expect(failure).toBeInstanceOf(RefusedError);
    expect(failure.message).toMatch(/^POST http:\/\/127\.0\.0\.1:\d+\/ answered \d+: bad \[31mthing$/);
  });

  it('a consumer that repeats the key, or the path, is quoted without them', async () => {
    const peer = await startPeer(({ headers, url }, response) =>
      response.writeHead(400).end(`${'x'.repeat(190)}${headers.authorization} ${url}`),
    );
    const address = `${peer.url}/hidden-path?k=hidden-query`;
    const { sink } = await opened(createHttpSink({ name: 'bot', url: address, secretKey: 'hidden-key' }));
    const failure = await failureOf(sink.deliver(batchOf([event(1)])));
    expect(failure.message).toMatch(/\/… answered 400: x{190}\(hidden\)/);
    expect(failure.message).not.toContain('hidden-');
  });

  it('a refused event stands alone: those before it are acknowledged, those behind it not sent', async () => {
    const peer = await startPeer((request, response) =>
      seqOf(request) === 3 ? response.writeHead(422).end() : noContent(response),
    );
    const { sink } = await opened(createHttpSink({ name: 'bot', url: peer.url }));
    const batch = batchOf(events(1, 5));
    const behind = batchOf(events(6, 7));
    const [failure, later] = await Promise.all([failureOf(sink.deliver(batch)), failureOf(sink.deliver(behind))]);
    expect(failure).toBeInstanceOf(RefusedError);
    // That the one before was refused must not count against this one.
    expect(later).not.toBeInstanceOf(RefusedError);
    expect(batch.acked).toEqual([1, 2]);
    expect(peer.seen.map(seqOf)).toEqual([1, 2, 3]);
  });

  it.each([
    [429, '7', 7_000],
    [503, '0.25', 250],
    [503, '99999999', 300_000],
    [503, '-5', 0],
    [429, new Date(1_700_000_090_000).toUTCString(), 90_000],
  ])('%i with Retry-After %s asks for a pause', async (status, header, pauseMs) => {
    const clock = { ...systemClock, wallTime: () => 1_700_000_000_000 };
    const peer = await startPeer((_, response) => response.writeHead(status, { 'retry-after': header }).end());
    const { sink } = await opened(createHttpSink({ name: 'bot', url: peer.url, clock }));
    const failure = await failureOf(sink.deliver(batchOf([event(1)])));
    expect(failure).toBeInstanceOf(BusyError);
    expect((failure as BusyError).retryAfterMs).toBe(pauseMs);
  });

  it.each([429, 503, 500, 502, 404, 405, 409, 301, 307])('%i without more is an ordinary failure', async (status) => {
    const failure = await replyTo(status, { location: 'http://127.0.0.1:1/elsewhere' });
    expect(failure.name).toBe('Error');
    expect(failure.message).toContain(`answered ${status}`);
  });

  it('a redirect is not followed: the key would go with it', async () => {
    const thief = await startPeer();
    const failure = await replyTo(307, { location: thief.url });
    expect(failure.message).toContain('redirects are not followed');
    expect(thief.seen).toEqual([]);
  });

  it.each([401, 403])('%i is said loudly once and asked again slowly', async (status) => {
    let accepts = false;
    const peer = await startPeer((_, response) => response.writeHead(accepts ? 204 : status).end());
    const { sink, door } = await opened(createHttpSink({ name: 'bot', url: peer.url, secretKey: 'the-key' }));
    for (const _ of [1, 2]) {
      const failure = await failureOf(sink.deliver(batchOf([event(1)])));
      expect(failure).toBeInstanceOf(BusyError);
      expect((failure as BusyError).retryAfterMs).toBe(30_000);
    }
    expect(door.reports).toEqual([expect.stringMatching(/^error: POST .* does not accept the secret key/)]);
    accepts = true;
    await sink.deliver(batchOf([event(1)]));
    accepts = false;
    await failureOf(sink.deliver(batchOf([event(2)])));
    expect(door.reports).toHaveLength(2);
    expect(door.reports.join('')).not.toContain('the-key');
  });
});

describe('a consumer that does not answer', () => {
  it('nobody listens: an ordinary failure that says so', async () => {
    const peer = await startPeer();
    await peer.close();
    const { sink } = await opened(createHttpSink({ name: 'bot', url: `${peer.url}/in?token=secret` }));
    const failure = await failureOf(sink.deliver(batchOf([event(1)])));
    expect(failure.name).toBe('Error');
    expect(failure.message).toContain(`POST ${peer.url}/…: `);
    expect(failure.message).toContain('ECONNREFUSED');
    expect(failure.message).not.toContain('secret');
  });

  it.each(['says nothing', 'stops in the middle of its answer'])(
    'one that %s costs its connection when the time is up',
    async (how) => {
      const peer = await startPeer((_, response, index) => {
        if (index > 0) return noContent(response);
        if (how !== 'says nothing') response.writeHead(200, { 'content-length': 10 }).write('x');
      });
      const { sink } = await opened(createHttpSink({ name: 'bot', url: peer.url, timeoutMs: 80 }));
      const failure = await failureOf(sink.deliver(batchOf([event(1)])));
      expect(failure.message).toContain('no answer within 80 ms');
      expect(peer.seen[0]?.socket.destroyed || (await closed(peer.seen[0]!.socket))).toBe(true);
      await sink.deliver(batchOf([event(1)], 1));
    },
  );

  it('waiting for a free connection does not count against the time', async () => {
    const peer = await startPeer((_, response) => void setTimeout(() => noContent(response), 120));
    const { sink } = await opened(createHttpSink({ name: 'bot', url: peer.url, connections: 1, timeoutMs: 400 }));
    await Promise.all([0, 1, 2, 3, 4, 5].map((shardId) => sink.deliver(batchOf([event(1, { shardId })]))));
    expect(peer.seen).toHaveLength(6);
    expect(peer.connections()).toBe(1);
  });

  it('a lane that gives up ends the request', async () => {
    const peer = await startPeer(() => undefined);
    const { sink } = await opened(createHttpSink({ name: 'bot', url: peer.url }));
    const batch = batchOf([event(1)]);
    const failure = failureOf(sink.deliver(batch));
    while (peer.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    batch.abort();
    expect((await failure).message).toContain('aborted');
    expect(await closed(peer.seen[0]!.socket)).toBe(true);
  });
});

function closed(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => (socket.destroyed ? resolve(true) : socket.once('close', () => resolve(true))));
}
