import { describe, expect, it } from 'vitest';
import { systemClock } from '../src/ports/clock.ts';
import { asBatch, eventBody, KEY, line, until, ways } from './receiver-bed.ts';

const withId = (seq: number) => ({ authorization: KEY, 'shardgate-event-id': `0/4:abc:${seq}` });
const quiet = { secretKey: KEY, onError: () => undefined };

describe('the answer', () => {
  it('waits for the handler', async () => {
    let finish: (() => void) | undefined;
    const { send } = await ways.handle({
      secretKey: KEY,
      handler: () => new Promise<void>((resolve) => (finish = resolve)),
    });
    let answered = false;
    const answer = send({ body: eventBody(1) }).finally(() => (answered = true));
    await until('the handler is called', () => finish !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(answered).toBe(false);
    finish?.();
    expect((await answer).status).toBe(204);
  });

  it.each(['throws', 'rejects', 'never settles'])(
    'is 500 when the handler %s, so that the event comes again',
    async (how) => {
      const errors: unknown[] = [];
      let calls = 0;
      const { receiver, send } = await ways.handle({
        secretKey: KEY,
        handlerTimeoutMs: 40,
        onError: (error, failed) => errors.push([(error as Error).message, 't' in failed && failed.t]),
        handler: () => {
          calls += 1;
          if (calls > 1) return undefined;
          if (how === 'throws') throw new Error('no');
          return how === 'rejects' ? Promise.reject(new Error('no')) : new Promise(() => undefined);
        },
      });
      const answer = await send({ headers: withId(1), body: eventBody(1) });
      expect([answer.status, answer.body]).toEqual([500, '{"error":"The handler failed."}']);
      expect(errors).toEqual([
        [how === 'never settles' ? 'the handler took longer than 40 ms' : 'no', 'MESSAGE_CREATE'],
      ]);
      // What failed is not remembered as handled.
      expect((await send({ headers: withId(1), body: eventBody(1) })).status).toBe(204);
      expect(calls).toBe(2);
      expect(receiver.status()).toMatchObject({ handled: 1, failed: 1, duplicates: 0 });
    },
  );

  it('acknowledges a failed event when that is asked for', async () => {
    const { send } = await ways.handle({
      ...quiet,
      onHandlerError: 'acknowledge',
      handler: () => Promise.reject(new Error('no')),
    });
    expect((await send({ body: eventBody(1) })).status).toBe(204);
  });

  it('comes although the one who is told of errors throws', async () => {
    const onError = (): never => {
      throw new Error('log is full');
    };
    const { send } = await ways.handle({ secretKey: KEY, onError, handler: () => Promise.reject(new Error('no')) });
    expect((await send({ body: eventBody(1) })).status).toBe(500);
  });

  it('a failing listener keeps neither the handler nor the other listeners from the event', async () => {
    const got: string[] = [];
    const { receiver, send } = await ways.handle({ ...quiet, handler: () => got.push('handler') });
    receiver.on('MESSAGE_CREATE', () => {
      throw new Error('no');
    });
    receiver.on('MESSAGE_CREATE', () => got.push('second'));
    expect((await send({ body: eventBody(1) })).status).toBe(500);
    expect(got).toEqual(['handler', 'second']);
  });

  it('names how far a batch was handled when one of its events fails', async () => {
    const got: number[] = [];
    const { send } = await ways.handle({
      ...quiet,
      handler: ({ seq }) => {
        if (seq === 3 && !got.includes(-3)) {
          got.push(-3);
          throw new Error('no');
        }
        got.push(seq ?? 0);
      },
    });
    const first = await send({ headers: asBatch, body: line(1) + line(2) + line(3) + line(4) });
    expect([first.status, first.body]).toEqual([200, '{"acknowledged":2}']);
    const second = await send({ headers: asBatch, body: line(3) + line(4) });
    expect(second.status).toBe(204);
    expect(got).toEqual([1, 2, -3, 3, 4]);
  });

  it('is 500 when already the first of a batch fails', async () => {
    const { send } = await ways.handle({ ...quiet, handler: () => Promise.reject(new Error('no')) });
    expect((await send({ headers: asBatch, body: line(1) + line(2) })).status).toBe(500);
  });

  it('comes before the gateway gives up waiting for a slow batch: with the part that is handled', async () => {
    let now = 0;
    const clock = { ...systemClock, now: () => now };
    const { send } = await ways.handle({ secretKey: KEY, clock, handler: () => void (now += 4_000) });
    const answer = await send({ headers: asBatch, body: [1, 2, 3, 4, 5, 6].map((seq) => line(seq)).join('') });
    expect(answer.body).toBe('{"acknowledged":3}');
  });
});

describe('an event that comes again', () => {
  it('is answered and not handled, in either format', async () => {
    const got: (number | null)[] = [];
    const { receiver, send } = await ways.handle({ secretKey: KEY, handler: ({ seq }) => got.push(seq) });
    const headers = { authorization: KEY, 'shardgate-event-id': '1/4:abc:1' };
    for (const _ of [1, 2]) expect((await send({ headers, body: eventBody(1, 1) })).status).toBe(204);
    expect((await send({ headers: asBatch, body: line(1) + line(2) })).status).toBe(204);
    expect(got).toEqual([1, 2]);
    expect(receiver.status()).toMatchObject({ handled: 2, duplicates: 2 });
  });

  it('while it is being handled waits for that, and shares its end', async () => {
    const ends: ((worked: boolean) => void)[] = [];
    const handler = () =>
      new Promise<void>((resolve, reject) => {
        ends.push((worked) => (worked ? resolve() : reject(new Error('no'))));
      });
    const { send } = await ways.handle({ ...quiet, handler });
    for (const worked of [false, true]) {
      const answers = [1, 2].map(() => send({ headers: withId(1), body: eventBody(1) }));
      await until('the handler is called', () => ends.length > 0);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(ends).toHaveLength(1);
      ends.pop()?.(worked);
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      expect(statuses).toEqual(worked ? [204, 204] : [500, 500]);
    }
  });

  it('is handled again once more than the remembered number came after it', async () => {
    const got: (number | null)[] = [];
    const { send } = await ways.fetch({ secretKey: KEY, remembered: 3, handler: ({ seq }) => got.push(seq) });
    for (const seq of [1, 2, 3, 1, 4, 3, 5, 6, 1, 6]) await send({ headers: asBatch, body: line(seq) });
    expect(got).toEqual([1, 2, 3, 4, 5, 6, 1]);
  });

  it('without an id is handled each time: nothing tells it from another', async () => {
    const got: (number | null)[] = [];
    const { send } = await ways.fetch({ secretKey: KEY, handler: ({ seq }) => got.push(seq) });
    for (const _ of [1, 2]) await send({ body: eventBody(1) });
    expect(got).toEqual([1, 1]);
  });
});
