import type { Clock } from '../time/clock.ts';

/** One direction of an in-memory connection: what is put in comes out later, in order. */
export interface Lane {
  /** `bytes` count as buffered until `deliver` is called. */
  put(deliver: () => void, bytes: number): void;
  pause(): void;
  resume(): void;
  /** Nothing that is under way arrives any more. */
  cut(): void;
  buffered(): number;
}

interface Parcel {
  readonly due: number;
  readonly deliver: () => void;
  readonly bytes: number;
}

/** `delay` is asked for each parcel. One that is due before an earlier one waits for it. */
export function createLane(clock: Clock, delay: () => number): Lane {
  let parcels: Parcel[] = [];
  let head = 0;
  let timer: unknown;
  let bytes = 0;
  let isPaused = false;

  function arm(): void {
    const next = parcels[head];
    if (next === undefined || isPaused || timer !== undefined) return;
    timer = clock.setTimer(arrive, next.due - clock.now());
  }

  function arrive(): void {
    timer = undefined;
    const now = clock.now();
    for (let next = parcels[head]; next !== undefined && next.due <= now && !isPaused; next = parcels[head]) {
      head += 1;
      bytes -= next.bytes;
      next.deliver();
    }
    if (head === parcels.length) {
      parcels = [];
      head = 0;
    } else if (head > 1_000) {
      parcels = parcels.slice(head);
      head = 0;
    }
    arm();
  }

  return {
    put(deliver, size) {
      parcels.push({ due: clock.now() + delay(), deliver, bytes: size });
      bytes += size;
      arm();
    },
    pause() {
      isPaused = true;
      clock.clearTimer(timer);
      timer = undefined;
    },
    resume() {
      isPaused = false;
      arm();
    },
    cut() {
      parcels = [];
      head = 0;
      bytes = 0;
      clock.clearTimer(timer);
      timer = undefined;
    },
    buffered: () => bytes,
  };
}
