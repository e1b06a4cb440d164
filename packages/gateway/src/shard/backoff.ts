/** First upper bound of a wait between two connections, milliseconds. */
const BACKOFF_BASE_MS = 500;
/** Last upper bound, milliseconds. */
export const BACKOFF_CAP_MS = 60_000;
/**
 * Last upper bound while there is a session to resume, milliseconds. Discord keeps a session for a few minutes only, so a link that
 * is up for half a minute now and then must not be missed.
 */
export const RESUME_BACKOFF_CAP_MS = 20_000;

/**
 * Full jitter: evenly spread between 0 and a bound that doubles with each failure. A thousand shards that lose
 * their connection together come back apart.
 *
 * @param failures connections in a row that came to nothing, 0 or more
 * @param jitter a number in [0, 1)
 * @param capMs last upper bound, milliseconds
 * @returns milliseconds
 */
export function backoffMs(failures: number, jitter: number, capMs: number = BACKOFF_CAP_MS): number {
  return jitter * Math.min(capMs, BACKOFF_BASE_MS * 2 ** Math.min(failures, 16));
}
