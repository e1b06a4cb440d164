import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSendLimit } from '../src/shard/send-limit.ts';

const DISCORD = { limit: 120, windowMs: 60_000 };

/** Most sends in any window, wherever it begins. */
function most(times: readonly number[], windowMs: number): number {
  return Math.max(0, ...times.map((start) => times.filter((time) => time >= start && time < start + windowMs).length));
}

describe('a send limit', () => {
  test('lets the limit through at once and the next when the first is out of the window', () => {
    const sends = createSendLimit(DISCORD);
    for (let n = 0; n < 120; n += 1) {
      expect(sends.waitMs(1_000 + n, 0)).toBe(0);
      sends.take(1_000 + n);
    }
    expect(sends.waitMs(2_000, 0)).toBe(59_000);
    expect(sends.waitMs(60_999, 0)).toBe(1);
    expect(sends.waitMs(61_000, 0)).toBe(0);
    expect(sends.used(61_000)).toBe(119);
  });

  test('keeps a reserve free for those who ask without one', () => {
    const sends = createSendLimit({ limit: 5, windowMs: 1_000 });
    for (let n = 0; n < 3; n += 1) sends.take(n);
    expect(sends.waitMs(10, 2)).toBe(990);
    expect(sends.waitMs(10, 1)).toBe(0);
    sends.take(10);
    sends.take(11);
    expect(sends.waitMs(12, 2)).toBe(1_002 - 12);
    expect(sends.waitMs(12, 0)).toBe(1_000 - 12);
  });

  test('with a reserve as large as itself never lets anything through', () => {
    expect(createSendLimit({ limit: 5, windowMs: 1_000 }).waitMs(0, 5)).toBe(Number.POSITIVE_INFINITY);
  });

  test('starts at zero after a reset', () => {
    const sends = createSendLimit({ limit: 2, windowMs: 1_000 });
    sends.take(0);
    sends.take(0);
    sends.reset();
    expect([sends.used(0), sends.waitMs(0, 0)]).toEqual([0, 0]);
    sends.take(5);
    expect(sends.used(6)).toBe(1);
  });

  test('counts the newest when somebody goes over it', () => {
    const sends = createSendLimit({ limit: 2, windowMs: 1_000 });
    for (const time of [0, 10, 20]) sends.take(time);
    expect([sends.used(20), sends.waitMs(20, 0)]).toEqual([2, 990]);
  });

  const schedule = fc.array(
    fc.record({
      pause: fc.double({ min: 0, max: 20_000, noNaN: true }),
      burst: fc.nat({ max: 150 }),
      urgent: fc.boolean(),
    }),
    {
      maxLength: 12,
    },
  );

  test('is never exceeded in any window, and never kept waiting without need', () => {
    const law = fc.property(schedule, fc.integer({ min: 1, max: 120 }), (steps, limit) => {
      const sends = createSendLimit({ limit, windowMs: 60_000 });
      const times: number[] = [];
      const calm: number[] = [];
      const reserve = Math.min(3, limit - 1);
      let now = 12.3;
      for (const { pause, burst, urgent } of steps) {
        now += pause;
        for (let n = 0; n < burst; n += 1) {
          const wait = sends.waitMs(now, urgent ? 0 : reserve);
          const inWindow = times.filter((time) => time + 60_000 > now).length;
          expect(sends.used(now)).toBe(inWindow);
          expect(wait > 0).toBe(inWindow >= limit - (urgent ? 0 : reserve));
          // Some wait, some give up.
          if (wait > 0 && n % 2 === 0) break;
          now += wait;
          sends.take(now);
          times.push(now);
          if (!urgent) calm.push(times.filter((time) => time + 60_000 > now).length);
        }
      }
      expect(most(times, 60_000)).toBeLessThanOrEqual(limit);
      expect(Math.max(0, ...calm)).toBeLessThanOrEqual(limit - reserve);
    });
    fc.assert(law, {
      numRuns: 150,
      examples: [
        // The wait, added to the time, is rounded to just before its end.
        [
          [
            { pause: 0.000015890394206685702, burst: 20, urgent: false },
            { pause: 19_999.999999999996, burst: 12, urgent: false },
            { pause: 0, burst: 12, urgent: false },
          ],
          46,
        ],
      ],
    });
  });

  test.each([{ limit: 0 }, { limit: 1.5 }, { windowMs: 0 }, { windowMs: Number.NaN }])(
    'with %o is refused at creation',
    (wrong) => {
      expect(() => createSendLimit({ ...DISCORD, ...wrong })).toThrow(/option (limit|windowMs): expected/);
    },
  );
});
