import { SequenceTracker, type InFlight } from '../shard/sequence.ts';

/** The tracker of a mirror: tells when a handler is done, because the worker waits to hear of it. */
export class RemoteTracker extends SequenceTracker {
  readonly #onSettled: () => void;

  constructor(seq: number, onSettled: () => void) {
    super(seq);
    this.#onSettled = onSettled;
  }

  override settle(entry: InFlight): void {
    super.settle(entry);
    this.#onSettled();
  }

  /** Takes over what the worker settled by itself, as far as nothing here is under way below it. */
  adopt(seq: number): void {
    const first = this.oldest?.seq;
    const upTo = this.pending === 0 ? seq : Math.min(seq, (first ?? 1) - 1);
    if (upTo <= this.settled) return;
    this.settled = upTo;
    this.received = Math.max(this.received, upTo);
  }
}
