import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '@shardgate/gateway';

/** Objects that are read, written or looked through in one go, at most. */
export const SLICE_ROWS = 200;
/** Questions to the store in one go, however little they give. */
const SLICE_CALLS = 40;
/** Milliseconds of work in one go; what was begun is brought to its end. */
const SLICE_MS = 1;

/** Has large answers give way to events: all of them together get one slice of work a turn of the event loop. */
export interface Pace {
  /** A question was asked and gave so many objects. Resolves when the work may go on: at once while the slice is not full. */
  spent(rows: number): Promise<void> | undefined;
  /** Objects that still fit into the slice. */
  readonly room: number;
}

/** One answer's way to ask. */
export type NewPace = () => Pace;

export function createPaces(clock: Pick<Clock, 'now'>): NewPace {
  // One after the other: ten answers at a time must not take ten slices between two events.
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    let rows = 0;
    let calls = 0;
    let since = clock.now();
    return {
      spent(count) {
        rows += count;
        calls++;
        if (rows < SLICE_ROWS && calls < SLICE_CALLS && clock.now() - since < SLICE_MS) return undefined;
        rows = 0;
        calls = 0;
        const next = last.then(async () => {
          await turn();
          since = clock.now();
        });
        last = next;
        return next;
      },
      get room() {
        return SLICE_ROWS - rows;
      },
    };
  };
}
