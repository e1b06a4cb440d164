/**
 * A dispatch whose handler has not settled, or has settled behind one that has not.
 *
 * A class, since V8 remembers of a literal how long its objects live, and after one pause of the bot would put all of them into the old heap.
 */
export class InFlight {
  /** Null for a dispatch that came without a number: it moves no cursor. */
  readonly seq: number | null;
  readonly bytes: number;
  readonly startedAt: number;
  /** Settled by number and not by its handler's promise. */
  held: boolean;
  settled = false;

  constructor(seq: number | null, bytes: number, startedAt: number, held: boolean) {
    this.seq = seq;
    this.bytes = bytes;
    this.startedAt = startedAt;
    this.held = held;
  }
}

/**
 * Sequence numbers of one session: what was received, and what is settled with no hole below it. Only the settled number
 * ever leaves in a RESUME, so what a handler still holds is sent again by Discord after a crash.
 */
export class SequenceTracker {
  /** Highest sequence number received. */
  received: number;
  /** Highest sequence number below and at which everything is settled. */
  settled: number;
  readonly #inFlight: InFlight[] = [];
  #head = 0;

  /** @param seq where the session stands: 0 for a new one, the checkpoint's number for a resumed one */
  constructor(seq: number) {
    this.received = seq;
    this.settled = seq;
  }

  /** Dispatches from the oldest unsettled one on. */
  get pending(): number {
    return this.#inFlight.length - this.#head;
  }

  /** The dispatch that has waited longest for its handler, if any. */
  get oldest(): InFlight | undefined {
    return this.#inFlight[this.#head];
  }

  /** Notes an arrival. False for a number that was received before: a replay of what this process already has. */
  receive(seq: number): boolean {
    if (seq <= this.received) return false;
    this.received = seq;
    return true;
  }

  /** Gives up on everything that is in flight: the session is over. What a handler says later changes nothing. */
  abandon(): InFlight[] {
    const unsettled = this.#inFlight.slice(this.#head).filter((entry) => !entry.settled);
    for (const entry of unsettled) entry.settled = true;
    this.#inFlight.length = 0;
    this.#head = 0;
    return unsettled;
  }

  /** Highest number that is settled once nothing of what is in flight now is. */
  get handedOver(): number {
    return this.#inFlight.at(-1)?.seq ?? this.settled;
  }

  /** Numbers that are settled behind one that is not. */
  get settledAhead(): number[] {
    return this.#inFlight.slice(this.#head).flatMap(({ settled, seq }) => (settled && seq !== null ? [seq] : []));
  }

  /** The dispatch was dealt with at once. */
  settleNow(seq: number): void {
    if (this.#head === this.#inFlight.length) this.settled = seq;
    else {
      const entry = new InFlight(seq, 0, 0, false);
      entry.settled = true;
      this.#inFlight.push(entry);
    }
  }

  /** The dispatch's handler works on it; {@link SequenceTracker.settle} ends it. */
  begin(seq: number | null, bytes: number, startedAt: number, held: boolean = false): InFlight {
    const entry = new InFlight(seq, bytes, startedAt, held);
    this.#inFlight.push(entry);
    return entry;
  }

  /** Settles what is held up to a number; gives how many dispatches that are, and their bytes. */
  settleHeld(seq: number): { readonly events: number; readonly bytes: number } {
    const queue = this.#inFlight;
    let events = 0;
    let bytes = 0;
    for (let index = this.#head; index < queue.length; index++) {
      const entry = queue[index] as InFlight;
      if (entry.seq !== null && entry.seq > seq) break;
      if (!entry.held || entry.settled) continue;
      entry.settled = true;
      events++;
      bytes += entry.bytes;
    }
    this.#advance();
    return { events, bytes };
  }

  /** The handler is done with it. Idempotent. */
  settle(entry: InFlight): void {
    entry.settled = true;
    this.#advance();
  }

  /** Leaves behind what is settled without a hole before it. */
  #advance(): void {
    const queue = this.#inFlight;
    let head = this.#head;
    for (let first = queue[head]; first !== undefined && first.settled; first = queue[++head])
      this.settled = first.seq ?? this.settled;
    this.#head = head;
    // Amortised: the settled front is cut off once it is the larger half.
    if (head > 64 && head * 2 > queue.length) {
      queue.splice(0, head);
      this.#head = 0;
    }
  }
}
