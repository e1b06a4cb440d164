import { expect, test } from 'vitest';
import { createPaces, SLICE_ROWS } from '../../src/api/pace.ts';

test('a slice of work ends when it has taken a millisecond, or enough objects', async () => {
  let now = 0;
  const pace = createPaces({ now: () => now })();
  expect(pace.spent(1)).toBeUndefined();
  now = 1;
  const pause = pace.spent(1);
  expect(pause).toBeInstanceOf(Promise);
  now = 50;
  await pause;
  // What passed while others had their turn does not count.
  expect(pace.spent(SLICE_ROWS - 1)).toBeUndefined();
  expect(pace.room).toBe(1);
  expect(pace.spent(1)).toBeInstanceOf(Promise);
  expect(pace.room).toBe(SLICE_ROWS);
});
