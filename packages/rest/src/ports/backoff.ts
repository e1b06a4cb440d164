import type { Random } from './random.ts';

/** Bounds of a back-off, milliseconds. */
export interface BackoffBounds {
  readonly firstMs: number;
  readonly capMs: number;
}

/**
 * Full-jitter back-off: a random delay between 0 and a ceiling that doubles with each failure up to the cap.
 *
 * `failures` is the number of failures in a row so far, 1 or more.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function fullJitter(bounds: BackoffBounds, failures: number, random: Random): number {
  const ceiling = Math.min(bounds.capMs, bounds.firstMs * 2 ** (failures - 1));
  return random() * ceiling;
}
