import type { DeliveryRecord, LaneKey } from '../delivery-record.ts';
import type { Batch } from '../sink.ts';

/**
 * A batch that the sink has, as the lane sees it.
 *
 * A class, and what the sink gets another one, for the same reason as {@link AcceptedEvent}: these hold the events.
 */
export class Flight {
  readonly records: readonly DeliveryRecord[];
  /** Highest offset that is dealt with once the batch is: that of its last record, or of unwanted ones behind it. */
  through: number;
  readonly bytes: number;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** Acknowledged in part up to this offset. */
  ackedTo = -1;
  done = false;
  /** The lane gave up on it: its records are on their way once more. */
  isGivenUp = false;

  constructor(records: readonly DeliveryRecord[], through: number, bytes: number, startedAt: number) {
    this.records = records;
    this.through = through;
    this.bytes = bytes;
    this.startedAt = startedAt;
  }
}

/** A batch that the sink has, as the sink sees it. */
export class FlyingBatch implements Batch {
  readonly lane: LaneKey;
  readonly records: readonly DeliveryRecord[];
  readonly attempt: number;
  readonly signal: AbortSignal;
  /** A property of its own: a sink may hand on a copy of the batch. */
  readonly acknowledge: (offset: number) => void;

  constructor(
    lane: LaneKey,
    records: readonly DeliveryRecord[],
    attempt: number,
    signal: AbortSignal,
    acknowledge: (offset: number) => void,
  ) {
    this.lane = lane;
    this.records = records;
    this.attempt = attempt;
    this.signal = signal;
    this.acknowledge = acknowledge;
  }
}
