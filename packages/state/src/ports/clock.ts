import type { Clock, Random } from '@shardgate/gateway';

/** Longest delay Node's timers take; a longer one would fire after 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The real clock, where none is given. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimer: (callback, delayMs) => setTimeout(callback, Math.min(Math.max(delayMs, 0), MAX_TIMER_MS)),
  clearTimer: (handle) => clearTimeout(handle as NodeJS.Timeout | undefined),
};

/** The real source of chance, for jitter. */
export const systemRandom: Random = Math.random;
