import { describe, expect, test } from 'vitest';
import type { SpendAnswer } from '../src/identify/identify-governor.ts';
import type { IdentifyPermit } from '../src/identify/identify-queue.ts';
import { bed, GRANTED, refused, SPACING, times } from './identify-queue-bed.ts';
import { createTestClock } from './test-clock.ts';

describe('the order of identifies', () => {
  test('the first waits not at all, the next of its bucket the spacing, first come first served', async () => {
    const queue = bed();
    for (const shardId of [2, 0, 1]) void queue.ask(shardId);
    await queue.clock.advance(0);
    expect(queue.waiting).toBe(2);
    await queue.clock.advance(60_000);
    expect(times(queue)).toEqual([
      [2, 0],
      [0, SPACING],
      [1, 2 * SPACING],
    ]);
  });

  test('buckets of max_concurrency go side by side', async () => {
    const queue = bed({ maxConcurrency: 2 });
    for (let shardId = 0; shardId < 5; shardId += 1) void queue.ask(shardId);
    await queue.clock.advance(60_000);
    expect(times(queue)).toEqual([
      [0, 0],
      [1, 0],
      [2, SPACING],
      [3, SPACING],
      [4, 2 * SPACING],
    ]);
  });

  test('who comes a millisecond before the spacing is over waits that millisecond', async () => {
    const queue = bed();
    await queue.ask(0);
    await queue.clock.advance(SPACING - 1);
    void queue.ask(1);
    await queue.clock.advance(0);
    expect(queue.granted).toHaveLength(1);
    await queue.clock.advance(1);
    expect(queue.granted).toHaveLength(2);
  });

  test('a pause holds all buckets up, whoever came before or after it began', async () => {
    const queue = bed({ maxConcurrency: 2 });
    queue.pause(4_000);
    for (const shardId of [0, 1]) void queue.ask(shardId);
    await queue.clock.advance(3_999);
    expect(queue.granted).toEqual([]);
    queue.pause(100);
    await queue.clock.advance(5_000);
    expect(times(queue)).toEqual([
      [0, 4_099],
      [1, 4_099],
    ]);
  });

  test('the spacing counts from the identify, not from the permit', async () => {
    const queue = bed();
    const first = queue.ask(0, { keep: true });
    void queue.ask(1);
    await queue.clock.advance(3_000);
    ((await first) as IdentifyPermit).used();
    await queue.clock.advance(60_000);
    expect(times(queue)).toEqual([
      [0, 0],
      [1, 3_000 + SPACING],
    ]);
  });

  test('a released permit frees its bucket at once and gives the budget back', async () => {
    const queue = bed();
    const first = queue.ask(0, { keep: true });
    void queue.ask(1);
    await queue.clock.advance(1_000);
    const permit = (await first) as IdentifyPermit;
    permit.release();
    permit.release();
    await queue.clock.advance(0);
    expect(times(queue)).toEqual([
      [0, 0],
      [1, 1_000],
    ]);
    expect(queue.governor.refunded).toEqual([0]);
  });

  test('a permit that is neither used nor released is over after 30 seconds', async () => {
    const queue = bed();
    const first = queue.ask(0, { keep: true });
    void queue.ask(1);
    await queue.clock.advance(29_999);
    expect(queue.granted).toHaveLength(1);
    await queue.clock.advance(1);
    expect(times(queue)).toEqual([
      [0, 0],
      [1, 30_000],
    ]);
    expect(queue.governor.refunded).toEqual([0]);
    const permit = (await first) as IdentifyPermit;
    expect(() => permit.used()).toThrow(expect.objectContaining({ code: 'identifyRefused' }));
  });

  test('a permit nobody waited behind is over after 30 seconds, too', async () => {
    const queue = bed();
    const permit = (await queue.ask(0, { keep: true })) as IdentifyPermit;
    await queue.clock.advance(30_000);
    expect(() => permit.used()).toThrow('the permit of shard 0 is over; ask for another');
    expect(queue.governor.refunded).toEqual([0]);
  });

  test('releasing a used permit, or using it twice, does nothing', async () => {
    const queue = bed();
    const permit = (await queue.ask(0)) as IdentifyPermit;
    permit.used();
    permit.release();
    expect(queue.governor.refunded).toEqual([]);
    void queue.ask(1);
    await queue.clock.advance(SPACING - 1);
    expect(queue.granted).toHaveLength(1);
  });

  test('a changed max_concurrency sorts those who wait anew and keeps past identifies in mind', async () => {
    const queue = bed({ maxConcurrency: 1 });
    for (let shardId = 0; shardId < 4; shardId += 1) void queue.ask(shardId);
    await queue.clock.advance(1_000);
    queue.setMaxConcurrency(2);
    await queue.clock.advance(0);
    expect(times(queue)).toEqual([
      [0, 0],
      [1, 1_000],
    ]);
    queue.setMaxConcurrency(1);
    await queue.clock.advance(60_000);
    expect(times(queue).slice(2)).toEqual([
      [2, 1_000 + SPACING],
      [3, 1_000 + 2 * SPACING],
    ]);
  });

  test('no timer is left when nobody waits', async () => {
    const queue = bed();
    await queue.ask(0, { keep: true });
    expect(queue.clock.timers).toBe(0);
    const abort = new AbortController();
    void queue.ask(1, { signal: abort.signal });
    await queue.clock.advance(0);
    expect(queue.clock.timers).toBe(1);
    abort.abort();
    expect([queue.clock.timers, queue.waiting]).toEqual([0, 0]);
  });
});

describe('an aborted wait', () => {
  test('rejects at once with the reason and costs neither time nor budget', async () => {
    const queue = bed();
    void queue.ask(0);
    const abort = new AbortController();
    const aborted = queue.ask(1, { signal: abort.signal });
    void queue.ask(2);
    await queue.clock.advance(1_000);
    const reason = new Error('shard closed');
    abort.abort(reason);
    expect(await aborted).toBe(reason);
    await queue.clock.advance(60_000);
    expect(times(queue)).toEqual([
      [0, 0],
      [2, SPACING],
    ]);
    expect(queue.governor.asked).toEqual([0, 2]);
  });

  test('a signal that is aborted already is not waited for', async () => {
    const queue = bed();
    const reason = new Error('stopped');
    expect(await queue.ask(0, { signal: AbortSignal.abort(reason) })).toBe(reason);
    expect([queue.waiting, queue.governor.asked.length]).toEqual([0, 0]);
  });

  test('while the governor is being asked gives the grant back', async () => {
    let answer: (answer: SpendAnswer) => void = () => undefined;
    const queue = bed({
      answer: (shardId) => (shardId === 0 ? new Promise((resolve) => (answer = resolve)) : GRANTED),
    });
    const abort = new AbortController();
    const aborted = queue.ask(0, { signal: abort.signal });
    void queue.ask(1);
    await queue.clock.advance(0);
    abort.abort();
    expect(await aborted).toMatchObject({ name: 'AbortError' });
    expect(queue.waiting).toBe(1);
    answer(GRANTED);
    await queue.clock.advance(0);
    expect(queue.governor.refunded).toEqual([0]);
    expect(times(queue)).toEqual([[1, 0]]);
  });
});

describe('a refusal', () => {
  test('keeps the shard waiting, asks again in time, and lets others of its bucket by', async () => {
    let open = false;
    const queue = bed({ answer: (shardId) => (shardId === 0 && !open ? refused('breaker', 20_000) : GRANTED) });
    void queue.ask(0);
    void queue.ask(1);
    await queue.clock.advance(19_999);
    expect(times(queue)).toEqual([[1, 0]]);
    open = true;
    await queue.clock.advance(1);
    expect(times(queue)).toEqual([
      [1, 0],
      [0, 20_000],
    ]);
  });

  test('is asked about again after a minute at most, with jitter, however long the governor says', async () => {
    const queue = bed({ answer: () => refused('reserve', 86_400_000), random: () => 0.5 });
    void queue.ask(0);
    await queue.clock.advance(62_999);
    expect(queue.governor.asked).toHaveLength(1);
    await queue.clock.advance(1);
    expect(queue.governor.asked).toHaveLength(2);
  });

  test.each([0, -5, Number.NaN])('with a retry after %f does not spin', async (retryAfterMs) => {
    const queue = bed({ answer: () => refused('breaker', retryAfterMs) });
    void queue.ask(0);
    await queue.clock.advance(1_000);
    expect(queue.governor.asked.length).toBeLessThanOrEqual(11);
  });

  test('is told once per shard and change of reason; a listener that throws harms nobody', async () => {
    const answers: (SpendAnswer | Error)[] = [
      refused('reserve', 1_000),
      refused('reserve', 1_000),
      new Error('disk'),
      refused('bootLoop', 1_000),
    ];
    const told: unknown[][] = [];
    const queue = bed({
      answer: () => answers.shift() ?? GRANTED,
      onRefused: (...args) => {
        told.push(args);
        throw new Error('listener');
      },
    });
    void queue.ask(3);
    await queue.clock.advance(10_000);
    expect(told).toEqual([
      [3, 'reserve', 1_000],
      [3, 'ledger', 0],
      [3, 'bootLoop', 1_000],
    ]);
    expect(queue.granted).toHaveLength(1);
  });

  test('by a ledger that cannot be written is tried again with full jitter, up to 30 seconds apart', async () => {
    const askedAt: number[] = [];
    const clock = createTestClock();
    const start = clock.now();
    const queue = bed({
      clock,
      random: () => 0.999_999,
      answer: () => {
        askedAt.push(Math.round((clock.now() - start) / 100) / 10);
        return new Error('disk');
      },
    });
    void queue.ask(0);
    await clock.advance(125_000);
    expect(askedAt).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121]);
    expect(queue.waiting).toBe(1);
  });

  test('by a ledger that works again starts the back-off anew', async () => {
    const answers: (SpendAnswer | Error)[] = [1, 2, 3, 4].map(() => new Error('disk'));
    answers.push(refused('breaker', 1_000), new Error('disk'));
    const queue = bed({ answer: () => answers.shift() ?? GRANTED, random: () => 0.999_999 });
    void queue.ask(0);
    // 1 + 2 + 4 + 8 of back-off, 1.1 of pause, 1 of back-off.
    await queue.clock.advance(17_200);
    expect(queue.granted).toHaveLength(1);
  });

  test('for a rejected token ends the wait with that code', async () => {
    const queue = bed({ answer: () => refused('tokenRejected', Number.POSITIVE_INFINITY) });
    const [one, two] = await Promise.all([queue.ask(0), queue.ask(1)]);
    expect([one, two]).toEqual([
      expect.objectContaining({ code: 'tokenRejected', shardId: 0 }),
      expect.objectContaining({ code: 'tokenRejected', shardId: 1 }),
    ]);
    expect([queue.waiting, queue.clock.timers]).toEqual([0, 0]);
  });
});

test('wrong options are refused by name', () => {
  expect(() => bed({ maxConcurrency: 0 })).toThrow(
    'option maxConcurrency: expected a whole number of 1 or more, got 0',
  );
  expect(() => bed({ spacingMs: Number.NaN })).toThrow('option spacingMs');
  expect(() => bed().setMaxConcurrency(1.5)).toThrow(RangeError);
});
