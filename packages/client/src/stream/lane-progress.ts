/**
 * Which events of a lease are done: finds up to where all of them are.
 *
 * A class: V8 makes a dictionary of a literal with getters, and this is asked twice for each event.
 */
export class LaneProgress {
  readonly lane: string;
  readonly epoch: number;
  /** False once the lane is someone else's, or the connection is lost: what is done then is not acknowledged. */
  isHeld = true;
  /** Offsets from the oldest that is not done, in order; `#done` holds those of them that are. */
  #offsets: number[] = [];
  #first = 0;
  readonly #done = new Set<number>();
  #doneOffset = -1;
  #lastOffset = -1;

  constructor(lane: string, epoch: number) {
    this.lane = lane;
    this.epoch = epoch;
  }

  /** Events that are not done. */
  get pending(): number {
    return this.#offsets.length - this.#first - this.#done.size;
  }

  /** Everything up to and with this is done; -1 before anything is. */
  get doneOffset(): number {
    return this.#doneOffset;
  }

  /** An event has come: for the first time, or once more because the delivery had taken it back for a while. */
  begin(offset: number): 'new' | 'pending' | 'done' {
    if (offset <= this.#doneOffset) return 'done';
    if (offset <= this.#lastOffset) return 'pending';
    this.#lastOffset = offset;
    this.#offsets.push(offset);
    return 'new';
  }

  /** An event is done. True when that moves {@link LaneProgress.doneOffset}. */
  finish(offset: number): boolean {
    const before = this.#doneOffset;
    const offsets = this.#offsets;
    if (offset === offsets[this.#first]) this.#passFirst(offset);
    else this.#done.add(offset);
    for (
      let next = offsets[this.#first];
      next !== undefined && this.#done.size > 0 && this.#done.delete(next);
      next = offsets[this.#first]
    )
      this.#passFirst(next);
    // Now and then, so that the list does not grow for ever.
    if (this.#first === offsets.length) {
      offsets.length = 0;
      this.#first = 0;
    } else if (this.#first > 512) {
      this.#offsets = offsets.slice(this.#first);
      this.#first = 0;
    }
    return this.#doneOffset !== before;
  }

  #passFirst(offset: number): void {
    this.#doneOffset = offset;
    this.#first++;
  }
}
