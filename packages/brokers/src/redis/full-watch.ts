import type { Clock, TimerHandle } from '../ports/clock.ts';
import { FULL_POLL_MS } from './defaults.ts';

/** Waits until what is full has room again. */
export interface FullWatch {
  readonly isFull: boolean;
  /** Something is full: `hasRoom` is asked until it says yes. One at a time; others are found when that one is over. */
  begin(hasRoom: () => Promise<boolean>): void;
  stop(): void;
}

/** Creates a watch that is not watching. `onChange` hears when it begins and when it is over. */
export function createFullWatch(clock: Clock, random: () => number, onChange: (isFull: boolean) => void): FullWatch {
  let timer: TimerHandle;
  let isFull = false;

  function ask(hasRoom: () => Promise<boolean>): void {
    timer = clock.setTimer(
      () => {
        hasRoom().then(
          (room) => {
            if (!isFull) return;
            if (!room) return ask(hasRoom);
            isFull = false;
            onChange(false);
          },
          // The connection is lost: after the next one it is tried anyway.
          () => isFull && ask(hasRoom),
        );
      },
      FULL_POLL_MS * (0.5 + random()),
    );
  }

  return {
    get isFull() {
      return isFull;
    },
    begin: (hasRoom) => {
      if (isFull) return;
      isFull = true;
      onChange(true);
      ask(hasRoom);
    },
    stop: () => {
      isFull = false;
      clock.clearTimer(timer);
    },
  };
}
