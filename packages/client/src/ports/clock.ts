/** What a timer is known by; only {@link Clock.clearTimer} reads it. */
export type TimerHandle = unknown;

/** Time as this package sees it: its only door to time. The same shape as the gateway's clock, so one clock serves both. */
export interface Clock {
  /** Monotonic milliseconds from an arbitrary start. */
  now(): number;
  /** Wall-clock milliseconds since 1970. */
  wallTime(): number;
  /** Calls `callback` once after `delayMs` milliseconds (0 or more). */
  setTimer(callback: () => void, delayMs: number): TimerHandle;
  /** Forgets a timer; a handle that has fired or is undefined is ignored. */
  clearTimer(handle: TimerHandle): void;
}

/** Longest delay Node's timers take; a longer one would fire after 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The real clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimer: (callback, delayMs) => setTimeout(callback, Math.min(Math.max(delayMs, 0), MAX_TIMER_MS)),
  clearTimer: (handle) => clearTimeout(handle as NodeJS.Timeout | undefined),
};
