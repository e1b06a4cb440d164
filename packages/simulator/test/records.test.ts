import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDeliveries, createRandom } from '../src/index.ts';
import { createIdentifyBudget } from '../src/limits/budget.ts';
import { createIdentifyLimit } from '../src/limits/identify-limit.ts';
import { createSlidingWindow } from '../src/limits/sliding-window.ts';
import { createBoundedLog } from '../src/records/bounded-log.ts';
import { judgeJitter } from '../src/records/jitter.ts';
import type { DispatchRecord } from '../src/index.ts';
import { createReplayBuffer } from '../src/session/replay-buffer.ts';

describe('replay buffer', () => {
  it('behaves like a list cut to its limit, for any pushes and trims', () => {
    const action = fc.oneof(fc.constant('push' as const), fc.nat({ max: 3_000 }));
    fc.assert(
      fc.property(fc.array(action, { maxLength: 400 }), fc.nat({ max: 50 }), (actions, limit) => {
        const buffer = createReplayBuffer<{ seq: number }>(limit);
        let model: { seq: number }[] = [];
        let seq = 0;
        let forgotten = 0;
        for (const step of actions) {
          if (step === 'push') {
            seq += 1;
            model.push({ seq });
            buffer.push({ seq });
          } else if (step <= seq) {
            buffer.trimTo(step);
            forgotten = Math.max(forgotten, step);
          }
          model = model.filter((entry) => entry.seq > forgotten).slice(-limit || seq + 1);
          if (limit === 0) model = [];
          forgotten = Math.max(forgotten, (model[0]?.seq ?? seq + 1) - 1);
          expect(buffer.size).toBe(model.length);
          const probe = Math.floor(seq / 2);
          expect(buffer.after(probe)).toEqual(model.filter((entry) => entry.seq > probe));
          expect(buffer.covers(probe)).toBe(probe >= forgotten);
        }
      }),
    );
  });

  it('keeps its order when thousands have gone through it', () => {
    const buffer = createReplayBuffer<{ seq: number }>(100);
    for (let seq = 1; seq <= 10_000; seq += 1) buffer.push({ seq });
    expect(buffer.after(0).map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, index) => 9_901 + index));
    expect(buffer.covers(9_900)).toBe(true);
    expect(buffer.covers(9_899)).toBe(false);
  });
});

describe('sliding window', () => {
  it('never lets more than the limit through in any window, and never refuses without need', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 }), { maxLength: 200 }), fc.integer({ min: 1, max: 8 }), (gaps, limit) => {
        const window = createSlidingWindow(limit, 100);
        const taken: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          const recent = taken.filter((time) => time + 100 > now);
          expect(window.count(now)).toBe(recent.length);
          expect(window.wait(now)).toBe(recent.length < limit ? 0 : (recent[0] as number) + 100 - now);
          expect(window.take(now)).toBe(recent.length < limit);
          if (recent.length < limit) taken.push(now);
        }
      }),
    );
  });
});

describe('identify limit', () => {
  it('gives each bucket once in five seconds and follows a changed max_concurrency', () => {
    const settings = { maxConcurrency: 2, identifyBucketMs: 5_000 };
    const limit = createIdentifyLimit(settings);
    expect(limit.take(0, 0)).toBe(0);
    expect(limit.take(1, 0)).toBe(0);
    expect(limit.take(2, 1_000)).toBe(4_000);
    expect(limit.take(2, 4_999)).toBe(1);
    expect(limit.take(2, 5_000)).toBe(0);
    settings.maxConcurrency = 4;
    expect(limit.take(3, 5_000)).toBe(0);
  });
});

describe('identify budget', () => {
  const settings = { identifyTotal: 3, identifyWindowMs: 1_000, maxConcurrency: 1 };

  it('has no window until the first identify and comes back whole when it ends', () => {
    const budget = createIdentifyBudget(settings);
    expect(budget.sessionStartLimit(500)).toEqual({ total: 3, remaining: 3, reset_after: 0, max_concurrency: 1 });
    expect([budget.spend(500), budget.spend(900), budget.spend(901), budget.spend(902)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(budget.sessionStartLimit(1_000)).toMatchObject({ remaining: 0, reset_after: 500 });
    expect(budget.sessionStartLimit(1_500)).toMatchObject({ remaining: 3, reset_after: 0 });
    expect(budget.spend(1_500)).toBe(true);
  });

  it('can be given what is left', () => {
    const budget = createIdentifyBudget(settings, 1);
    expect(budget.remaining(0)).toBe(1);
    budget.setRemaining(2, 0);
    expect(budget.sessionStartLimit(0)).toMatchObject({ remaining: 2, reset_after: 1_000 });
  });
});

describe('bounded log', () => {
  it('keeps the newest and their numbers', () => {
    const log = createBoundedLog<string>(() => 3);
    for (const letter of 'abcde') log.push(letter);
    expect([...log.entries(0)]).toEqual([
      [3, 'c'],
      [4, 'd'],
      [5, 'e'],
    ]);
    expect([...log.entries(4)]).toEqual([[5, 'e']]);
    expect([log.total, log.forgotten]).toEqual([5, 2]);
    log.clear();
    log.push('f');
    expect([...log.entries(0)]).toEqual([[6, 'f']]);
  });

  it('stays right over many times its limit', () => {
    const log = createBoundedLog<number>(() => 5_000);
    for (let number = 1; number <= 40_000; number += 1) log.push(number);
    const kept = [...log.entries(0)];
    expect(kept.length).toBe(5_000);
    expect(kept.every(([number, entry]) => number === entry)).toBe(true);
  });
});

describe('randomness', () => {
  it('is the same for a seed, differs between seeds, and takes 0', () => {
    const take = (seed: number): number[] => Array.from({ length: 5 }, createRandom(seed));
    expect(take(0)).toEqual(take(0));
    expect(new Set([0, 1, -1, 2 ** 40, 7].map((seed) => take(seed).join())).size).toBe(5);
    for (const seed of [Number.NaN, 1.5, Infinity]) expect(() => createRandom(seed)).toThrow(RangeError);
  });

  it('is spread evenly over [0, 1)', () => {
    const random = createRandom(7);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 10_000; draw += 1) {
      const value = random();
      expect(value >= 0 && value < 1).toBe(true);
      counts[Math.floor(value * 10)] = (counts[Math.floor(value * 10)] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(850);
  });
});

describe('jitter', () => {
  it('condemns beats in step and spares jittered or few ones', () => {
    const random = createRandom(3);
    expect(judgeJitter(Array.from({ length: 16 }, () => 1))).toMatch(/16 connections/);
    expect(judgeJitter(Array.from({ length: 16 }, () => 0.9 + random() / 10))).toBeDefined();
    expect(judgeJitter(Array.from({ length: 16 }, random))).toBeUndefined();
    expect(judgeJitter(Array.from({ length: 7 }, () => 1))).toBeUndefined();
  });
});

describe('comparison of deliveries', () => {
  const record = (sessionId: string, seq: number): DispatchRecord => ({
    number: seq,
    shardId: 0,
    shardCount: 1,
    sessionId,
    seq,
    t: 'X',
    at: 0,
  });

  it('finds what was lost, doubled, out of order and made up', () => {
    const dispatched = [1, 2, 3, 4].map((seq) => record('a', seq));
    const received = [1, 4, 3, 3, 9].map((seq) => ({ sessionId: 'a', seq }));
    const result = compareDeliveries(dispatched, received);
    expect(result.lost.map(({ seq }) => seq)).toEqual([2]);
    expect(result.duplicated).toEqual([{ sessionId: 'a', seq: 3 }]);
    expect(result.reordered).toEqual([{ sessionId: 'a', seq: 3 }]);
    expect(result.unknown).toEqual([{ sessionId: 'a', seq: 9 }]);
  });

  it('finds nothing in a true copy, sessions interleaved', () => {
    const dispatched = [record('a', 1), record('b', 1), record('a', 2)];
    expect(compareDeliveries(dispatched, dispatched)).toEqual({ lost: [], duplicated: [], unknown: [], reordered: [] });
  });
});
