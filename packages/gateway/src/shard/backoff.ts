/** First upper bound of a wait between two connections, milliseconds. */
export const BACKOFF_BASE_MS = 500;
/** Last upper bound, milliseconds. */
export const BACKOFF_CAP_MS = 60_000;

/**
 * Full jitter: evenly spread between 0 and a bound that doubles with each failure. A thousand shards that lose
 * their connection together come back apart.
 *
 * @param failures connections in a row that came to nothing, 0 or more
 * @param jitter a number in [0, 1)
 * @returns milliseconds
 */
export function backoffMs(failures: number, jitter: number): number {
  return jitter * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(failures, 16));
}
