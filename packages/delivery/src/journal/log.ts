import type { Batch } from './batch.ts';
import type { Control } from './control.ts';
import type { JournalListener, JournalStatus } from './journal.ts';
import type { Hole, Lane, LaneTable } from './lane.ts';
import { acknowledgedBy, addHole, gapOf } from './lane.ts';
import type { JournalSettings } from './options.ts';
import type { Segment } from './segment.ts';
import type { SessionTable } from './session-table.ts';
import type { JournalFile } from './store.ts';

/** What the parts of one journal share. */
export interface Log {
  readonly settings: JournalSettings;
  readonly lanes: LaneTable;
  readonly sessions: SessionTable;
  readonly control: Control;
  listener: JournalListener;
  /** Segments that count, oldest first; the one that is being written is the last. */
  readonly segments: Segment[];
  /** The segment that is being written, if there is one that may be. */
  active: { readonly segment: Segment; readonly file: JournalFile } | undefined;
  /** Segments that are not needed any more but may still be on the disk. */
  readonly leaving: Segment[];
  /** Oldest first; the last one takes records, the first may be on its way to the disk. */
  readonly queue: Batch[];
  /** How many batches at the front of the queue are being written. */
  writing: number;
  /** Lanes to which nothing comes any more: they go with the last segment that has records of theirs. */
  readonly forgotten: Set<Lane>;
  nextSegmentId: number;
  pendingBytes: number;
  pendingRecords: number;
  health: JournalStatus['health'];
  appended: number;
  dropped: number;
  syncs: number;
}

/** Bytes of all segments on the disk. */
export function diskBytes(log: Log): number {
  let bytes = 0;
  for (const segment of log.segments) bytes += segment.size;
  for (const segment of log.leaving) bytes += segment.size;
  return bytes;
}

/** Whether some required sink still needs a record of the segment. */
export function isNeeded(log: Log, segment: Segment): boolean {
  for (const [lane, share] of segment.lanes) {
    if (share.last > acknowledgedBy(lane, log.settings.sinks)) return true;
  }
  return false;
}

/** Time of the newest record in the oldest segment that is needed; undefined when none is. */
export function oldestNeeded(log: Log): Segment | undefined {
  return log.segments.find((segment) => isNeeded(log, segment));
}

/** Whether there are records of a lane, needed or not. */
export function holdsLane(log: Log, lane: Lane): boolean {
  return log.segments.some(({ lanes }) => lanes.has(lane)) || log.queue.some(({ lanes }) => lanes.has(lane));
}

/** Notes that records of a lane are not there, and tells of it. */
export function tellHole(log: Log, lane: Lane, hole: Hole): void {
  const added = addHole(lane, hole);
  if (added === undefined) return;
  log.control.holeAdded(added);
  log.listener.onGap(gapOf(added));
}
