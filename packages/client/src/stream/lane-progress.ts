/** Which events of a lease are done: finds up to where all of them are. */
export interface LaneProgress {
  readonly lane: string;
  readonly epoch: number;
  /** False once the lane is someone else's, or the connection is lost: what is done then is not acknowledged. */
  isHeld: boolean;
  /** Events that are not done. */
  readonly pending: number;
  /** An event has come: for the first time, or once more because the delivery had taken it back for a while. */
  begin(offset: number): 'new' | 'pending' | 'done';
  /** An event is done. True when that moves {@link LaneProgress.doneOffset}. */
  finish(offset: number): boolean;
  /** Everything up to and with this is done; -1 before anything is. */
  readonly doneOffset: number;
}

export function createLaneProgress(lane: string, epoch: number): LaneProgress {
  /** Offsets from the oldest that is not done, in order; `done` holds those of them that are. */
  let offsets: number[] = [];
  let first = 0;
  const done = new Set<number>();
  let doneOffset = -1;
  let lastOffset = -1;

  return {
    lane,
    epoch,
    isHeld: true,
    get pending() {
      return offsets.length - first - done.size;
    },
    get doneOffset() {
      return doneOffset;
    },
    begin(offset) {
      if (offset <= doneOffset) return 'done';
      if (offset <= lastOffset) return 'pending';
      lastOffset = offset;
      offsets.push(offset);
      return 'new';
    },
    finish(offset) {
      const before = doneOffset;
      if (offset === offsets[first]) {
        doneOffset = offset;
        first++;
      } else {
        done.add(offset);
      }
      for (let next = offsets[first]; next !== undefined && done.size > 0 && done.delete(next); next = offsets[first]) {
        doneOffset = next;
        first++;
      }
      // Now and then, so that the list does not grow for ever.
      if (first === offsets.length) {
        offsets.length = 0;
        first = 0;
      } else if (first > 512) {
        offsets = offsets.slice(first);
        first = 0;
      }
      return doneOffset !== before;
    },
  };
}
