import type { LaneKey } from './delivery-record.ts';
import type { JournalStatus } from './journal/journal.ts';
import type { LaneCounts } from './lanes/lane.ts';

/** Figures of one lane. */
export interface LaneStatus extends LaneKey, LaneCounts {
  readonly sink: string;
  /** `waiting` for the sink, `retrying` after a failure, `flowing` otherwise. */
  readonly state: 'waiting' | 'retrying' | 'flowing';
  /** Records of this process that the sink has not acknowledged; what earlier ones left in the journal is not counted. */
  readonly lag: number;
  readonly inFlightEvents: number;
  readonly inFlightBytes: number;
  readonly failures: number;
}

/** Figures of a delivery. */
export interface DeliveryStatus {
  readonly sinks: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly open: boolean;
    readonly ready: boolean;
  }[];
  readonly lanes: readonly LaneStatus[];
  readonly memoryBytes: number;
  readonly journal: JournalStatus | undefined;
  /** Events taken, came again, and settled by the disk instead of by a sink. */
  readonly counts: { readonly accepted: number; readonly duplicates: number; readonly journaled: number };
}
