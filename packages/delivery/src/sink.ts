import type { DeliveryRecord, LaneKey } from './delivery-record.ts';

/** Records of one lane that a sink is to hand over, in order. */
export interface Batch {
  readonly lane: LaneKey;
  /** One or more, oldest first. */
  readonly records: readonly DeliveryRecord[];
  /** How often the first of them was sent before; 0 the first time. */
  readonly attempt: number;
  /**
   * Everything up to and with this offset was acknowledged by the consumer: it is not sent again even if the batch fails. May be called
   * any number of times; what is not in the batch, or lower than before, is ignored.
   */
  acknowledge(offset: number): void;
  /** Aborted when the lane has given up on the batch: an acknowledgement comes too late then. Shared by all batches of the lane up to its next failure: one listener for all of them is enough, others are to be taken off. */
  readonly signal: AbortSignal;
}

/** What the delivery lends to a sink while it is open. */
export interface SinkDoor {
  /**
   * Whether batches may come now, of all lanes or of one. Not ready costs nothing: no batch is tried. A sink starts as ready for none.
   */
  setReady(ready: boolean, lane?: LaneKey): void;
  /** Something worth a line in the log. */
  report(level: 'info' | 'warn' | 'error', message: string): void;
}

/**
 * Hands events to consumers of one kind: the only thing to write for a new transport. `checkSink` of this package's tests tries any.
 *
 * Each lane's batches come in order. Up to the lane's window of them are under way at once; a sink that can only do one thing at a time
 * queues them itself. Whatever a method throws is contained: it counts as a failed batch, or a failed start that is tried again.
 */
export interface Sink {
  /** Unique among the sinks of a delivery; names the cursor, so that a later process goes on where this one stopped. */
  readonly name: string;
  /** Starts listening or connecting. Called again with back-off when it rejects. */
  open(door: SinkDoor): void | Promise<void>;
  /**
   * Settles when the consumer has acknowledged the whole batch. Rejects when it has not and will not: then all batches
   * of the lane that are under way are given up (the signal aborts), and what is not acknowledged is sent again after a back-off. Those that were given up may reject with any
   * error. A {@link RefusedError} says that trying the same
   * again is of no use: the batch is halved until the record that is refused stands alone, and that one goes to the dead-letter file.
   */
  deliver(batch: Batch): Promise<void>;
  /** Nothing comes on a lane any more, and the sink has acknowledged all of it: its shard is gone. Optional. What it throws is told and dropped. */
  forget?(lane: LaneKey): void;
  /** Ends everything; pending `deliver` calls reject. May be called again. */
  close(): Promise<void>;
}

/** The consumer refused the records themselves, not just this attempt (HTTP 400, 413, 422). */
export class RefusedError extends Error {
  override readonly name: string = 'RefusedError';
}

/** The consumer asks for a pause. */
export class BusyError extends Error {
  override readonly name: string = 'BusyError';
  /** Milliseconds, as with `Retry-After`. */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}
