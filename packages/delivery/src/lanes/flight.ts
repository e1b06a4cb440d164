import type { DeliveryRecord } from '../delivery-record.ts';

/** A batch that the sink has. */
export interface Flight {
  readonly records: readonly DeliveryRecord[];
  /** Highest offset that is dealt with once the batch is: that of its last record, or of unwanted ones behind it. */
  through: number;
  readonly bytes: number;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** Acknowledged in part up to this offset. */
  ackedTo: number;
  done: boolean;
  /** The lane gave up on it: its records are on their way once more. */
  isGivenUp: boolean;
}
