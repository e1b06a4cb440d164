import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createGuildStreams, type AwaitedEntry } from '../src/reshard/guild-streams.ts';

interface Held extends AwaitedEntry {
  readonly index: number;
}

/** One guild's events: few names, so that many look alike. */
const world = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 });

it('two streams of the same events that begin together match one by one, however far one is ahead', () => {
  fc.assert(
    fc.property(world, fc.array(fc.boolean(), { minLength: 80, maxLength: 80 }), (events, oldFirst) => {
      const streams = createGuildStreams<Held>();
      const waiting = new Set<number>();
      const expected = new Set<number>();
      let old = 0;
      let next = 0;
      // The guild is known to both before: its first match is behind it.
      streams.showOld('g', 'first', 0);
      streams.showNew('g', 'first');
      for (const turn of oldFirst) {
        if (old < events.length && (turn || next === events.length)) {
          const shown = streams.showOld('g', events[old] ?? '', old);
          if ('index' in shown) {
            expect(shown.index).toBe(old);
            waiting.delete(old);
          } else expected.add(old);
          old++;
        } else if (next < events.length) {
          const at = streams.showNew('g', events[next] ?? '');
          if (at === undefined) {
            streams.hold({ guild: 'g', key: events[next] ?? '', at: next, gone: false, index: next });
            waiting.add(next);
          } else {
            expect(at).toBe(next);
            expected.delete(next);
          }
          next++;
        }
        // What is kept is exactly what one of them is ahead.
        expect([waiting.size, expected.size]).toEqual([Math.max(0, next - old), Math.max(0, old - next)]);
      }
    }),
    { numRuns: 500 },
  );
});

it('a new stream that begins within the old one continues it: nothing that the old one did not show is taken for shown', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 30 }),
      (before, both, after) => {
        const streams = createGuildStreams<Held>();
        const key = (index: number): string => `event ${index}`;
        for (let index = 0; index < before + both; index++) streams.showOld('g', key(index), index);
        const matched: number[] = [];
        const held: number[] = [];
        for (let index = before; index < before + both + after; index++) {
          const at = streams.showNew('g', key(index));
          if (at === undefined) held.push(index);
          else matched.push(at);
        }
        expect(matched).toEqual(Array.from({ length: both }, (_, index) => before + index));
        expect(held).toEqual(Array.from({ length: after }, (_, index) => before + both + index));
        // What came before the new stream began is not looked for any more.
        for (let index = 0; index < before + both; index++) expect(streams.takeExpected('g', key(index))).toBe(false);
      },
    ),
  );
});

it('of events that look alike a new session begins with the newest', () => {
  const streams = createGuildStreams<Held>();
  for (const [at, key] of ['online', 'idle', 'online'].entries()) streams.showOld('g', key, at);
  expect(streams.showNew('g', 'online')).toBe(2);
  expect(streams.showNew('g', 'online')).toBeUndefined();
});

it('what is forgotten is neither matched nor expected, and other guilds do not matter', () => {
  const streams = createGuildStreams<Held>();
  const shown = streams.showOld('g', 'a', 1);
  streams.forget(shown as Held);
  expect(streams.showNew('g', 'a')).toBeUndefined();
  streams.showOld('g', 'a', 2);
  expect(streams.showNew('h', 'a')).toBeUndefined();
  expect(streams.takeExpected('g', 'a')).toBe(true);
  expect(streams.takeExpected('g', 'a')).toBe(false);
});
