import type { SessionStore } from '@shardgate/gateway';
import type { DeliveryGap, DeliveryRecord, LaneKey } from '../delivery-record.ts';

/** What becomes of new events when the journal is as large or as old as it may be. */
export type OverflowPolicy = 'pause' | 'dropOldest' | 'dropNewest';

/** A lane with records or cursors, as earlier processes left it. */
export interface JournaledLane extends LaneKey {
  /** Highest offset that was ever given out in it. */
  readonly lastOffset: number;
  /**
   * Session and number of its newest event on the disk; null before the first numbered one. Lanes are written in order, so everything of that session at or
   * below it was dealt with: what Discord sends again is known.
   */
  readonly sessionId: string | null;
  readonly seq: number | null;
}

/** What earlier processes left. */
export interface JournalRecovery {
  readonly lanes: readonly JournaledLane[];
  /** Last acknowledged offset by sink and lane. A cursor that was lost is missing: its sink gets everything that is kept. */
  readonly cursors: readonly (LaneKey & { readonly sink: string; readonly offset: number })[];
  /** What was damaged, in words for the log; files that could not be used are kept aside, never deleted. */
  readonly damage: readonly string[];
}

/** State of a journal, for metrics. */
export interface JournalStatus {
  readonly bytes: number;
  readonly segments: number;
  /** Records that wait for the disk. */
  readonly pendingRecords: number;
  readonly pendingBytes: number;
  /** `degraded` while the disk refuses writes. */
  readonly health: 'ok' | 'degraded' | 'full';
  /** Since the process started. */
  readonly appended: number;
  readonly dropped: number;
  readonly syncs: number;
  /** Age of the oldest record, milliseconds; 0 when empty. */
  readonly oldestAgeMs: number;
}

/** What a journal tells its delivery. Assigned before `open`. None of them throws. */
export interface JournalListener {
  /** Every record of the lane that was appended up to and with this offset has reached the disk. */
  onDurable(lane: LaneKey, offset: number): void;
  /** A cursor has reached the disk: after a crash the sink gets nothing up to and with this offset. Lanes of a journal that never says so have half of their window. */
  onCursor(sink: string, lane: LaneKey, offset: number): void;
  /** Records were dropped or cannot be read: what `read` gives in their place. */
  onGap(gap: DeliveryGap): void;
  /** There is room again after `append` said false. */
  onRoom(): void;
}

/**
 * Keeps records until every sink that needs them has them: on disk, in order, with a bound.
 *
 * After a power cut every record that was reported durable is there again; no start is ever refused for damage.
 */
export interface Journal {
  listener: JournalListener;
  /** Reads what is there. Rejects only when the directory cannot be used at all: not writable, or held by another process. */
  open(): Promise<JournalRecovery>;
  /**
   * Takes records, of one lane in rising order of offsets, at once into memory and soon to disk. False when there is no room for
   * them and the policy is `pause`: then none was taken; try again at `onRoom`. With `dropNewest` they are counted, told as a gap, and true.
   */
  append(records: readonly DeliveryRecord[]): boolean;
  /**
   * The next records of a lane above an offset, oldest first: at least one if there is any, on disk or still on its way there. In place of records that
   * were dropped or damaged comes one gap.
   */
  read(lane: LaneKey, afterOffset: number, limit: { records: number; bytes: number }): Promise<DeliveryRecord[]>;
  /** The sink needs nothing up to and with this offset any more. Written with the next sync, at the latest after 100 ms. */
  acknowledge(sink: string, lane: LaneKey, offset: number): void;
  /**
   * Nothing comes to the lane any more, and every sink has what there was: its cursors and what else is known of it go as soon as no file has records of
   * it. Without it they are kept for ever. A record that comes all the same begins it anew.
   */
  forget?(lane: LaneKey): void;
  /** Sessions in the same files, so that the two cannot disagree: what `createGatewayManager({ sessionStore })` takes. */
  readonly sessions: SessionStore;
  status(): JournalStatus;
  /** Writes and syncs everything that was taken, cursors included. Rejects when the disk does not let it. */
  flush(): Promise<void>;
  /** Flushes and closes. */
  close(): Promise<void>;
}
