/** Counts what happened within the last so many milliseconds. */
export interface SlidingWindow {
  /** Records one occurrence. False when there were `limit` in the window already; it is not recorded then. */
  take(now: number): boolean;
  /** Milliseconds until `take` would succeed; 0 when it would now. */
  wait(now: number): number;
  /** Occurrences in the window. */
  count(now: number): number;
}

/** A log of the last `limit` occurrences; an occurrence leaves the window exactly `windowMs` after it happened. */
export function createSlidingWindow(limit: number, windowMs: number): SlidingWindow {
  const times: number[] = [];
  let oldest = 0;

  function expire(now: number): void {
    while (oldest < times.length && (times[oldest] as number) + windowMs <= now) oldest += 1;
    if (oldest > limit) {
      times.splice(0, oldest);
      oldest = 0;
    }
  }

  function wait(now: number): number {
    expire(now);
    return times.length - oldest < limit ? 0 : (times[oldest] as number) + windowMs - now;
  }

  return {
    take(now) {
      if (wait(now) > 0) return false;
      times.push(now);
      return true;
    },
    wait,
    count(now) {
      expire(now);
      return times.length - oldest;
    },
  };
}
