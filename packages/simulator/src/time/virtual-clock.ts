import type { Clock } from './clock.ts';
import { createTimerHeap } from './timer-heap.ts';
import type { HeapTimer } from './timer-heap.ts';

/**
 * A clock that stands still until it is told to move.
 *
 * Timers fire in order of their due time, timers of one instant in the order they were set, so a run is the same
 * every time. The `…Async` methods let promises settle after each timer (one turn of the event loop, no waiting);
 * the others do not, and are for code without promises. An error thrown by a callback comes out of the method that ran it.
 */
export interface VirtualClock extends Clock {
  /** Runs the next timer, moving to its time. False when there is none. */
  runNext(): boolean;
  /** Moves on by `ms`, running every timer that falls due. @throws {RangeError} unless `ms` is a finite number of 0 or more */
  advance(ms: number): void;
  /** Runs timers until `predicate` holds. False when `maxMs` of virtual time passed, or no timer was left, before it held. */
  runUntil(predicate: () => boolean, maxMs: number): boolean;
  runNextAsync(): Promise<boolean>;
  advanceAsync(ms: number): Promise<void>;
  runUntilAsync(predicate: () => boolean, maxMs: number): Promise<boolean>;
  /** Timers not yet run or cleared. */
  pending(): number;
}

export interface VirtualClockOptions {
  /** Wall time at the start, milliseconds since 1970. @defaultValue 2026-01-01T00:00:00Z */
  readonly start?: number;
}

const DEFAULT_START_MS = 1_767_225_600_000;

/** So many timers without time moving on are a loop that would never end. */
const MAX_TIMERS_PER_INSTANT = 1_000_000;

/** One turn of the event loop: every promise that can settle without I/O has settled afterwards. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Creates a virtual clock at `now() === 0`. @throws {RangeError} when `start` is not a finite number */
export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  const start = options.start ?? DEFAULT_START_MS;
  if (!Number.isFinite(start))
    throw new RangeError(`createVirtualClock: start is ${start}, expected milliseconds since 1970`);
  const heap = createTimerHeap();
  let now = 0;
  let order = 0;
  let pending = 0;
  let ranThisInstant = 0;

  function run(timer: HeapTimer): void {
    heap.pop();
    pending -= 1;
    ranThisInstant = timer.due > now ? 0 : ranThisInstant + 1;
    if (ranThisInstant > MAX_TIMERS_PER_INSTANT) {
      throw new Error(
        `virtual clock: ${MAX_TIMERS_PER_INSTANT} timers ran at ${now} ms without time moving on; a timer sets itself with no delay`,
      );
    }
    now = Math.max(now, timer.due);
    timer.cancelled = true;
    timer.callback();
  }

  function dueBy(target: number): HeapTimer | undefined {
    const next = heap.peek();
    return next !== undefined && next.due <= target ? next : undefined;
  }

  function targetAfter(ms: number): number {
    if (!Number.isFinite(ms) || ms < 0)
      throw new RangeError(`virtual clock: cannot move by ${ms} ms, expected a finite number of 0 or more`);
    return now + ms;
  }

  return {
    now: () => now,
    wallTime: () => start + now,
    setTimer(callback, delayMs) {
      if (Number.isNaN(delayMs)) throw new RangeError('virtual clock: a timer was set with a delay of NaN');
      const timer: HeapTimer = { due: now + Math.max(0, delayMs), order: order++, callback, cancelled: false };
      heap.push(timer);
      pending += 1;
      return timer;
    },
    clearTimer(handle) {
      const timer = handle as HeapTimer | undefined;
      if (timer === undefined || timer.cancelled) return;
      timer.cancelled = true;
      pending -= 1;
    },
    runNext() {
      const next = heap.peek();
      if (next !== undefined) run(next);
      return next !== undefined;
    },
    advance(ms) {
      const target = targetAfter(ms);
      for (let next = dueBy(target); next !== undefined; next = dueBy(target)) run(next);
      now = target;
    },
    runUntil(predicate, maxMs) {
      const target = targetAfter(maxMs);
      while (!predicate()) {
        const next = dueBy(target);
        if (next === undefined) return false;
        run(next);
      }
      return true;
    },
    async runNextAsync() {
      await settle();
      const next = heap.peek();
      if (next !== undefined) run(next);
      await settle();
      return next !== undefined;
    },
    async advanceAsync(ms) {
      await settle();
      const target = targetAfter(ms);
      for (let next = dueBy(target); next !== undefined; next = dueBy(target)) {
        run(next);
        await settle();
      }
      now = target;
    },
    async runUntilAsync(predicate, maxMs) {
      await settle();
      const target = targetAfter(maxMs);
      while (!predicate()) {
        const next = dueBy(target);
        if (next === undefined) return false;
        run(next);
        await settle();
      }
      return true;
    },
    pending: () => pending,
  };
}
