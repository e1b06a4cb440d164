import { describe, expect, it } from 'vitest';
import type { ReceivedEvent } from '../src/event.ts';
import { HandledEvents } from '../src/receiver/handled-events.ts';
import { asBatch, KEY, line, ways } from './receiver-bed.ts';

/** An event as our gateway posts it, with an id that goes with the rest unless another is given. */
function event(more: Partial<ReceivedEvent> = {}): ReceivedEvent {
  const facts = { shardId: 1, shardCount: 4, sessionId: 'abc', seq: 7, t: 'MESSAGE_CREATE', d: {}, ...more };
  const id = `${facts.shardId}/${facts.shardCount}:${facts.sessionId}:${facts.seq}`;
  return { id, receivedAt: 0, attempt: 0, ...facts };
}

const done = (): undefined => undefined;

describe('an event that was handled', () => {
  it('is known again, and its work not done again', () => {
    const events = new HandledEvents(10);
    expect(events.once(event(), done)).toBe(true);
    expect(events.once(event(), () => expect.unreachable())).toBe(false);
  });

  it.each<[string, Partial<ReceivedEvent>]>([
    ['number', { seq: 8 }],
    ['session', { sessionId: 'abd' }],
    ['shard', { shardId: 2 }],
    ['shard count', { shardCount: 8 }],
  ])('is another than one of another %s', (_, other) => {
    const events = new HandledEvents(10);
    for (const isNew of [true, false])
      for (const one of [event(), event(other)]) expect(events.once(one, done)).toBe(isNew);
  });

  it.each<[string, Partial<ReceivedEvent>]>([
    ['number', { seq: null }],
    ['session', { sessionId: null }],
    ['shard count', { shardCount: null }],
  ])('is known by its id where the sender did not say its %s', (_, unsaid) => {
    const events = new HandledEvents(10);
    for (const isNew of [true, false])
      for (const id of ['one', 'two']) expect(events.once(event({ ...unsaid, id }), done)).toBe(isNew);
  });

  it('is not known without an id, whatever else is', async () => {
    const events = new HandledEvents(10);
    for (const _ of [1, 2]) expect(events.once(event({ id: null }), done)).toBe(true);
    expect(await events.once(event({ id: null }), () => Promise.resolve())).toBe(true);
  });

  it('is forgotten for newer ones, by number or by name, before there are twice as many as are to be remembered', () => {
    const newer = [event({ seq: null, id: 'a' }), event({ seq: 1 }), event({ seq: null, id: 'b' }), event({ seq: 2 })];
    for (const first of [event(), event({ seq: null, id: 'first' })]) {
      const events = new HandledEvents(3);
      const areNew = [first, ...newer.slice(0, 2), first, ...newer.slice(2), event({ seq: 3 }), first].map((one) =>
        events.once(one, done),
      );
      expect(areNew).toEqual([true, true, true, false, true, true, true, true]);
    }
  });
});

describe('an event that failed', () => {
  it.each<[string, () => Promise<void>]>([
    [
      'at once',
      () => {
        throw new Error('no');
      },
    ],
    ['later', () => Promise.reject(new Error('no'))],
  ])('%s can be tried again', async (_, fail) => {
    const events = new HandledEvents(10);
    for (const __ of [1, 2]) await expect(async () => await events.once(event(), fail)).rejects.toThrow('no');
    expect(await events.once(event(), () => Promise.resolve())).toBe(true);
    expect(events.once(event(), done)).toBe(false);
  });
});

describe('an event under way', () => {
  it('is joined by the same one, and by no other', async () => {
    const events = new HandledEvents(10);
    const ends: (() => void)[] = [];
    const once = async (one: ReceivedEvent): Promise<boolean> =>
      await events.once(one, () => new Promise((resolve) => ends.push(resolve)));
    const all = [event({ seq: 8 }), event(), event({ sessionId: 'b' }), event({ seq: null, id: '7' })];
    const firsts = all.map(once);
    const seconds = all.map(once);
    expect(ends).toHaveLength(4);
    // The end of one must not make the others forgotten.
    ends[1]?.();
    expect(await firsts[1]).toBe(true);
    const thirds = all.map(once);
    expect(ends).toHaveLength(4);
    for (const end of ends) end();
    expect(await Promise.all(firsts)).toEqual([true, true, true, true]);
    expect(await Promise.all([...seconds, ...thirds])).toEqual(Array(8).fill(false));
  });

  it('fails for all who wait for it, and can then be tried again', async () => {
    const events = new HandledEvents(10);
    let fail: ((error: Error) => void) | undefined;
    const first = events.once(event(), () => new Promise((_, reject) => (fail = reject)));
    const second = events.once(event(), () => expect.unreachable());
    fail?.(new Error('no'));
    const ends = await Promise.allSettled([first, second]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(events.once(event(), done)).toBe(true);
  });
});

describe('a receiver of batches', () => {
  it('tells sessions apart within a batch, and knows their events again in the next', async () => {
    const got: unknown[] = [];
    const handler = ({ id }: ReceivedEvent) => void got.push(id);
    const { receiver, send } = await ways.fetch({ secretKey: KEY, handler });
    const ofOther = (seq: number) => line(seq, { id: `1/4:xyz:${seq}`, sessionId: 'xyz' });
    const unnumbered = line(3, { id: 'unnumbered', sessionId: null });
    const body = line(1) + ofOther(1) + line(2) + ofOther(2) + unnumbered;
    for (const _ of [1, 2]) expect((await send({ headers: asBatch, body })).status).toBe(204);
    expect(got).toEqual(['1/4:abc:1', '1/4:xyz:1', '1/4:abc:2', '1/4:xyz:2', 'unnumbered']);
    expect(receiver.status()).toMatchObject({ handled: 5, duplicates: 5 });
  });

  it('handles an event once that comes in two requests at once', async () => {
    const got: (number | null)[] = [];
    const handler = async ({ seq }: ReceivedEvent): Promise<void> => {
      got.push(seq);
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const { receiver, send } = await ways.fetch({ secretKey: KEY, handler });
    const answers = await Promise.all([1, 2].map(() => send({ headers: asBatch, body: line(1) + line(2) })));
    expect(answers.map(({ status }) => status)).toEqual([204, 204]);
    expect(got).toEqual([1, 2]);
    expect(receiver.status()).toMatchObject({ handled: 2, duplicates: 2 });
  });
});
