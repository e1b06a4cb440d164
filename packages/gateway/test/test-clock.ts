import type { Clock } from '../src/ports/clock.ts';

/** A clock that stands still until it is told to move. */
export interface TestClock extends Clock {
  /** Moves time on, calling each timer at its time, in order, and letting promises settle before and after each. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock only, as an operator or NTP does. */
  jumpWall(ms: number): void;
  /** Timers that are set. */
  readonly timers: number;
}

interface Timer {
  readonly callback: () => void;
  readonly at: number;
}

/** @param wallTime wall-clock milliseconds at the start */
export function createTestClock(wallTime = 1_800_000_000_000): TestClock {
  let now = 1_000;
  let wallOffset = wallTime - now;
  // In the order they were set, which breaks ties as Node does.
  const timers = new Set<Timer>();

  const nextUntil = (end: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    return next;
  };

  return {
    now: () => now,
    wallTime: () => now + wallOffset,
    setTimer(callback, delayMs) {
      const timer: Timer = { callback, at: now + Math.max(0, delayMs) };
      timers.add(timer);
      return timer;
    },
    clearTimer: (handle) => void timers.delete(handle as Timer),
    async advance(ms) {
      const end = now + ms;
      await settled();
      for (let next = nextUntil(end); next !== undefined; next = nextUntil(end)) {
        timers.delete(next);
        now = Math.max(now, next.at);
        next.callback();
        await settled();
      }
      now = end;
    },
    jumpWall(ms) {
      wallOffset += ms;
    },
    get timers() {
      return timers.size;
    },
  };
}

/** Resolves when every promise that can settle without time or I/O has: the event loop gets here only then. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
