/**
 * Full jitter: evenly spread between 0 and a bound that doubles with each failure.
 *
 * @param failures 1 or more
 * @param jitter a number in [0, 1)
 * @returns milliseconds
 */
export function backOffMs(failures: number, jitter: number, { baseMs, capMs }: BackOff): number {
  return jitter * Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 24));
}

/** Bounds of the wait after a failure, milliseconds. */
export interface BackOff {
  /** Upper bound of the first one. */
  readonly baseMs: number;
  /** Upper bound of all. */
  readonly capMs: number;
}
