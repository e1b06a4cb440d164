/**
 * Time as the simulator sees it. Anything with these four methods will do.
 *
 * `now` is monotonic milliseconds from an origin of the clock's own; `wallTime` is milliseconds since 1970.
 * A callback runs once, never inside `setTimer` itself.
 */
export interface Clock {
  now(): number;
  wallTime(): number;
  setTimer(callback: () => void, delayMs: number): unknown;
  clearTimer(handle: unknown): void;
}

/** Node turns a longer delay into 1 ms. https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_NODE_DELAY_MS = 2_147_483_647;

interface SystemTimer {
  node: NodeJS.Timeout;
}

/** The real clock. Its timers keep the process alive until they are cleared. */
export function createSystemClock(): Clock {
  function arm(timer: Partial<SystemTimer>, callback: () => void, delayMs: number): void {
    const step = Math.min(delayMs, LONGEST_NODE_DELAY_MS);
    timer.node = setTimeout(() => (delayMs > step ? arm(timer, callback, delayMs - step) : callback()), step);
  }

  return {
    now: () => performance.now(),
    wallTime: () => Date.now(),
    setTimer(callback, delayMs) {
      const timer: Partial<SystemTimer> = {};
      arm(timer, callback, Math.max(0, delayMs));
      return timer;
    },
    clearTimer(handle) {
      clearTimeout((handle as SystemTimer | undefined)?.node);
    },
  };
}
