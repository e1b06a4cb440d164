import { describe, expect, it, onTestFinished } from 'vitest';
import { httpForwarder } from '../src/index.ts';
import type { HttpForwarder, HttpForwarderOptions } from '../src/index.ts';
import { systemClock } from '../src/ports/clock.ts';
import { failureOf, json, startStandIn, until, unusedPort } from './http-stand-in.ts';
import { SECRET } from './parts.ts';

function openForwarder(options: HttpForwarderOptions): HttpForwarder {
  const forward = httpForwarder({ random: () => 0.01, ...options });
  onTestFinished(() => forward.close());
  return forward;
}

const event = (s: number, text = '') => ({ op: 0, t: 'MESSAGE_CREATE', s, d: { content: text } });

describe('the forwarder', () => {
  it('posts shardId and data as JSON with the key', async () => {
    const handler = await startStandIn((_, response) => response.writeHead(204).end());
    const forward = openForwarder({ url: `${handler.url}/events?x=1`, secretKey: SECRET });
    await forward(undefined, event(1, '🎉 ünïcode'), 3);
    expect(handler.seen[0]).toMatchObject({ method: 'POST', url: '/events?x=1' });
    expect(handler.seen[0]?.headers).toMatchObject({ authorization: SECRET, 'content-type': 'application/json' });
    expect(JSON.parse(handler.seen[0]?.body.toString() ?? '')).toEqual({ shardId: 3, data: event(1, '🎉 ünïcode') });
  });

  it('keeps the order of a shard with one post at a time while other shards go on', async () => {
    let held: (() => void) | undefined;
    const handler = await startStandIn((request, response) => {
      const { shardId, data } = JSON.parse(request.body.toString());
      if (shardId === 0 && data.s === 1) held = () => void response.writeHead(204).end();
      else response.writeHead(204).end();
    });
    const forward = openForwarder({ url: handler.url });
    const slow = [1, 2, 3].map((s) => forward(undefined, event(s), 0));
    await Promise.all([1, 2].map((s) => forward(undefined, event(s), 1)));
    const arrived = () =>
      handler.seen.map(({ body }) => JSON.parse(body.toString())).filter(({ shardId }) => shardId === 0);
    expect(arrived()).toHaveLength(1);
    await until('the first event is held', () => held !== undefined);
    held?.();
    await Promise.all(slow);
    expect(arrived().map(({ data }) => data.s)).toEqual([1, 2, 3]);
  });

  it('delivers everything in order to a handler that was away', async () => {
    const port = await unusedPort();
    const failed: number[] = [];
    const forward = openForwarder({ url: `http://127.0.0.1:${port}`, debug: () => failed.push(1) });
    const sent = [1, 2, 3].map((s) => forward(undefined, event(s), 0));
    await until('it has tried in vain', () => failed.length > 2);
    const handler = await startStandIn((_, response) => response.writeHead(204).end(), port);
    await Promise.all(sent);
    expect(handler.seen.map(({ body }) => JSON.parse(body.toString()).data.s)).toEqual([1, 2, 3]);
  });

  it.each([500, 503, 429])('tries again after %i', async (status) => {
    const handler = await startStandIn((_, response, index) => response.writeHead(index < 2 ? status : 200).end());
    await openForwarder({ url: handler.url })(undefined, event(1), 0);
    expect(handler.seen).toHaveLength(3);
  });

  it('waits as long as Retry-After says', async () => {
    const pauses: number[] = [];
    const clock = {
      ...systemClock,
      setTimer: (callback: () => void, delayMs: number) => {
        pauses.push(delayMs);
        return systemClock.setTimer(callback, delayMs === 7_000 ? 0 : delayMs);
      },
    };
    const handler = await startStandIn((_, response, index) =>
      response.writeHead(index === 0 ? 503 : 200, { 'retry-after': '7' }).end(),
    );
    await openForwarder({ url: handler.url, clock, random: () => 0 })(undefined, event(1), 0);
    expect(pauses).toContain(7_000);
  });

  it('grows its pauses from 100 ms to 5 s', async () => {
    const pauses: number[] = [];
    const timeoutMs = 29_999;
    const clock = {
      ...systemClock,
      setTimer: (callback: () => void, delayMs: number) => {
        if (delayMs !== timeoutMs) pauses.push(delayMs);
        return systemClock.setTimer(callback, delayMs === timeoutMs ? delayMs : 0);
      },
    };
    const handler = await startStandIn((_, response, index) => response.writeHead(index < 8 ? 500 : 200).end());
    await openForwarder({ url: handler.url, clock, timeoutMs, random: () => 0.5 })(undefined, event(1), 0);
    expect(pauses).toEqual([50, 100, 200, 400, 800, 1_600, 2_500, 2_500]);
  });

  it.each([400, 401, 404, 302])('rejects on %i and goes on with the next event', async (status) => {
    const handler = await startStandIn((_, response, index) =>
      index === 0
        ? json(response, status, { error: 'Invalid secret key.' }, { location: '/other' })
        : response.writeHead(204).end(),
    );
    const forward = openForwarder({ url: handler.url, secretKey: SECRET });
    const [first, second] = [forward(undefined, event(1), 0), forward(undefined, event(2), 0)];
    expect(await failureOf(first)).toMatchObject({ name: 'RestError', code: 'httpStatus', status });
    await second;
    expect(handler.seen).toHaveLength(2);
  });

  it('tries again when no answer comes in time', async () => {
    const handler = await startStandIn((_, response, index) => void (index > 0 && response.writeHead(204).end()));
    await openForwarder({ url: handler.url, timeoutMs: 50 })(undefined, event(1), 0);
    expect(handler.seen).toHaveLength(2);
  });

  it('gives up after giveUpAfterMs with the last failure', async () => {
    const url = `http://127.0.0.1:${await unusedPort()}`;
    const failure = await failureOf(
      openForwarder({ url, giveUpAfterMs: 50, random: () => 0.3 })(undefined, event(1), 0),
    );
    expect(failure).toMatchObject({ code: 'unreachable' });
  });

  it('ends all waiting when it is closed', async () => {
    const forward = openForwarder({ url: `http://127.0.0.1:${await unusedPort()}`, random: () => 1 });
    const failures = [1, 2].map((s) => failureOf(forward(undefined, event(s), 0)));
    await forward.close();
    for (const failure of failures) expect(await failure).toMatchObject({ code: 'closed' });
    expect(await failureOf(forward(undefined, event(3), 0))).toMatchObject({ code: 'closed' });
  });

  it('keeps to maxConcurrent sockets', async () => {
    let open = 0;
    let most = 0;
    const handler = await startStandIn((_, response) => {
      open += 1;
      most = Math.max(most, open);
      setImmediate(() => {
        open -= 1;
        response.writeHead(204).end();
      });
    });
    const forward = openForwarder({ url: handler.url, maxConcurrent: 2 });
    await Promise.all(Array.from({ length: 30 }, (_, shardId) => forward(undefined, event(1), shardId)));
    expect(handler.seen).toHaveLength(30);
    expect(most).toBeLessThanOrEqual(2);
  });

  it.each([
    [{ url: 'localhost:80' }, /url/],
    [{}, /url/],
    [{ url: 'http://x', timeout: 5 }, /unknown option "timeout", did you mean "timeoutMs"/],
    [{ url: 'http://x', giveUpAfterMs: -1 }, /giveUpAfterMs/],
  ])('refuses %j', (options, message) => {
    expect(() => httpForwarder(options as HttpForwarderOptions)).toThrow(message);
  });
});
