import { expect, test } from 'vitest';
import { createRecentIds } from '../src/receiver/recent-ids.ts';

test('at least so many of the newest are remembered, and never more than twice as many', () => {
  const recent = createRecentIds(10);
  for (let n = 0; n < 1_000; n++) {
    recent.add(`${n}`);
    const known = Array.from({ length: n + 1 }, (_, id) => recent.has(`${id}`));
    expect(known.slice(-10).every(Boolean)).toBe(true);
    expect(known.filter(Boolean).length).toBeLessThan(20);
  }
});

test('with a limit of 0 none is', () => {
  const recent = createRecentIds(0);
  recent.add('1');
  expect(recent.has('1')).toBe(false);
});
