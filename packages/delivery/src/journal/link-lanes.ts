import { holeBetween } from './damaged-hole.ts';
import type { Hole, Lane, LaneTable, Tail } from './lane.ts';
import { acknowledgedBy, addHole } from './lane.ts';
import type { Segment } from './segment.ts';

/** What tells that something is missing. */
export interface Evidence {
  readonly lanes: LaneTable;
  /** Oldest first. */
  readonly segments: readonly Segment[];
  /** Segments that are damaged or missing. */
  readonly damaged: ReadonlySet<number>;
  readonly sinks: readonly string[];
  readonly detectedAt: number;
}

/**
 * Follows each lane from segment to segment: every record names the one before it. Where that one is not there, and something between is damaged, the lane has
 * a hole. Without damage it was retired. Sets where each lane stands.
 */
export function linkLanes({ lanes, segments, damaged, sinks, detectedAt }: Evidence): Hole[] {
  const found: Hole[] = [];
  const seen = new Map<Lane, { readonly tail: Tail; readonly id: number }>();
  const isDamagedFrom = (id: number, upTo: number): boolean => {
    for (const each of damaged) if (each >= id && each <= upTo) return true;
    return false;
  };
  const missing = (
    lane: Lane,
    to: number,
    upTo: number,
    next?: { sessionId: string | null; seq: number | null },
  ): void => {
    const last = seen.get(lane);
    const from = last?.tail.offset ?? -1;
    if (to <= from || to <= acknowledgedBy(lane, sinks) || !isDamagedFrom(last?.id ?? 0, upTo)) return;
    const previous =
      last === undefined || last.tail.sessionId === null
        ? undefined
        : { sessionId: last.tail.sessionId, seq: last.tail.seq };
    const hole = holeBetween(lane, previous, next, { from, to, cause: 'journalDamaged', count: null, detectedAt });
    const added = addHole(lane, hole);
    if (added !== undefined) found.push(added);
  };
  for (const segment of segments) {
    for (const [lane, share] of segment.lanes) {
      if (!Number.isNaN(share.previous)) {
        missing(lane, share.previous, segment.id, { sessionId: share.firstSessionId, seq: share.firstSeq });
      }
      const last = seen.get(lane);
      if (last === undefined || share.last > last.tail.offset) seen.set(lane, { tail: share.tail, id: segment.id });
    }
  }
  for (const lane of lanes.all) {
    const last = seen.get(lane);
    if (lane.durable !== undefined) missing(lane, lane.durable.offset, Number.MAX_SAFE_INTEGER);
    if (last !== undefined && last.tail.offset >= (lane.durable?.offset ?? -1)) lane.durable = last.tail;
    lane.tail = lane.durable;
    lane.highest = Math.max(lane.highest, lane.durable?.offset ?? -1, ...lane.cursors.values());
  }
  return found;
}
