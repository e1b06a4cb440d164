/** What a timer is known by; only {@link Clock.clearTimer} reads it. */
export type TimerHandle = unknown;

/**
 * Time as the gateway sees it. The only door to time in this package, so that a whole gateway can run in virtual time.
 */
export interface Clock {
  /** Monotonic milliseconds from an arbitrary start; never goes back, whatever happens to the wall clock. */
  now(): number;
  /** Wall-clock milliseconds since 1970. Only for labels and for deadlines that must outlive the process. */
  wallTime(): number;
  /** Calls `callback` once after `delayMs` milliseconds (0 or more). A pending timer keeps the process alive. */
  setTimer(callback: () => void, delayMs: number): TimerHandle;
  /** Forgets a timer; a handle that has fired or is undefined is ignored. */
  clearTimer(handle: TimerHandle): void;
}

/** Longest delay Node's timers take; a longer one would fire after 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The real clock: `performance.now()`, `Date.now()` and Node's timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimer: (callback, delayMs) => setTimeout(callback, Math.min(Math.max(delayMs, 0), MAX_TIMER_MS)),
  clearTimer: (handle) => clearTimeout(handle as NodeJS.Timeout | undefined),
};
