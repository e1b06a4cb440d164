import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../src/index.ts';

describe('virtual clock', () => {
  it('timers run in order of due time, and in order of setting within an instant', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (delays) => {
        const clock = createVirtualClock();
        const ran: number[] = [];
        for (const [index, delay] of delays.entries()) clock.setTimer(() => ran.push(index), delay);
        clock.advance(20);
        const expected = delays
          .map((delay, index) => ({ delay, index }))
          .toSorted((a, b) => a.delay - b.delay || a.index - b.index);
        expect(ran).toEqual(expected.map(({ index }) => index));
        expect(clock.pending()).toBe(0);
      }),
    );
  });

  it('a cleared timer never runs, whatever the order of clearing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean())), (timers) => {
        const clock = createVirtualClock();
        const ran: number[] = [];
        const handles = timers.map(([delay], index) => clock.setTimer(() => ran.push(index), delay));
        for (const [index, [, isCleared]] of timers.entries()) if (isCleared) clock.clearTimer(handles[index]);
        expect(clock.pending()).toBe(timers.filter(([, isCleared]) => !isCleared).length);
        clock.advance(20);
        expect(ran.toSorted((a, b) => a - b)).toEqual(
          timers.flatMap(([, isCleared], index) => (isCleared ? [] : [index])),
        );
      }),
    );
  });

  it('a callback sees the time it was due at, and advance ends exactly where it was told', () => {
    const clock = createVirtualClock({ start: 1_000 });
    const seen: number[] = [];
    clock.setTimer(() => seen.push(clock.now(), clock.wallTime()), 7);
    clock.advance(10);
    expect(seen).toEqual([7, 1_007]);
    expect(clock.now()).toBe(10);
  });

  it('a timer set by a timer runs within the same advance when it falls due', () => {
    const clock = createVirtualClock();
    const seen: number[] = [];
    clock.setTimer(() => clock.setTimer(() => seen.push(clock.now()), 3), 4);
    clock.advance(6);
    expect(seen).toEqual([]);
    clock.advance(1);
    expect(seen).toEqual([7]);
  });

  it('runUntil stops at once when the condition holds and gives up after the limit', () => {
    const clock = createVirtualClock();
    let count = 0;
    const again = (): void => {
      count += 1;
      clock.setTimer(again, 10);
    };
    clock.setTimer(again, 10);
    expect(clock.runUntil(() => count === 3, 1_000)).toBe(true);
    expect(clock.now()).toBe(30);
    expect(clock.runUntil(() => count === 1_000, 100)).toBe(false);
    expect(clock.now()).toBe(130);
  });

  it('promises settle between timers in the async methods', async () => {
    const clock = createVirtualClock();
    const trace: string[] = [];
    clock.setTimer(
      () =>
        void Promise.resolve()
          .then(() => Promise.resolve())
          .then(() => trace.push('promise')),
      1,
    );
    clock.setTimer(() => trace.push('second'), 1);
    await clock.advanceAsync(1);
    expect(trace).toEqual(['promise', 'second']);
    expect(await clock.runNextAsync()).toBe(false);
    clock.setTimer(() => void Promise.resolve().then(() => trace.push('third')), 5);
    expect(await clock.runUntilAsync(() => trace.includes('third'), 10)).toBe(true);
  });

  it('what a callback throws comes out of the method that ran it, and the clock goes on', () => {
    const clock = createVirtualClock();
    clock.setTimer(() => {
      throw new Error('boom');
    }, 1);
    clock.setTimer(() => {}, 2);
    expect(() => clock.advance(5)).toThrow('boom');
    expect(clock.pending()).toBe(1);
    clock.advance(5);
    expect(clock.pending()).toBe(0);
  });

  it('a timer that sets itself without delay is an error instead of a hang', () => {
    const clock = createVirtualClock();
    const again = (): void => void clock.setTimer(again, 0);
    again();
    expect(() => clock.advance(1)).toThrow(/without time moving on/);
  });

  it('refuses times that are none', () => {
    const clock = createVirtualClock();
    expect(() => clock.advance(-1)).toThrow(RangeError);
    expect(() => clock.advance(Number.NaN)).toThrow(RangeError);
    expect(() => clock.setTimer(() => {}, Number.NaN)).toThrow(RangeError);
    expect(() => createVirtualClock({ start: Number.NaN })).toThrow(RangeError);
  });
});
