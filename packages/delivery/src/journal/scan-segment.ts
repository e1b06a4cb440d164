import type { LaneStep } from './batch.ts';
import { BatchShare, tailAfter } from './batch.ts';
import { CONTROL_KINDS } from './control.ts';
import type { Lane, LaneTable } from './lane.ts';
import { LaneIndex } from './lane-index.ts';
import { Kind, header, identityOf, isOfLane, jsonOf } from './record.ts';
import type { OpenRecord, Segment } from './segment.ts';
import { addShare, newSegment } from './segment.ts';
import type { JournalStore } from './store.ts';
import type { Damage } from './walk.ts';
import { walk } from './walk.ts';

export interface Break {
  readonly lane: Lane;
  readonly from: number;
  readonly to: number;
  readonly previous: { readonly sessionId: string; readonly seq: number | null } | undefined;
  readonly next: LaneStep;
}

/** A segment that was read from front to back. */
export interface ScannedSegment {
  readonly segment: Segment;
  readonly open: OpenRecord | undefined;
  /** Whether the state at its start is whole. */
  readonly headIntact: boolean;
  /** The journal's own records, in order. */
  readonly control: readonly { readonly kind: number; readonly json: unknown }[];
  /** Places where a lane's record says that the one before it is missing in this segment. */
  readonly breaks: readonly Break[];
  readonly damage: readonly Damage[];
}

function stepOf(source: Buffer, at: number, length: number): LaneStep {
  const kind = header.kind(source, at);
  if (kind === Kind.gap || kind === Kind.reshard) return jsonOf(source, at, length) as LaneStep;
  return { kind: 'event', offset: header.offset(source, at), ...identityOf(source, at) };
}

/** Reads all of a segment up to `end`; damage is passed over. */
export async function scanSegment(
  store: JournalStore,
  lanes: LaneTable,
  file: { readonly id: number; readonly end: number; readonly size: number; readonly name?: string },
): Promise<ScannedSegment> {
  const segment: Segment = { ...newSegment(file.id), end: file.end, size: file.size };
  const control: { kind: number; json: unknown }[] = [];
  const breaks: Break[] = [];
  const damage: Damage[] = [];
  let open: OpenRecord | undefined;
  let headIntact = false;
  let headBroken = false;
  const end = await walk(
    store,
    { name: file.name ?? segment.name, end: file.end },
    {
      damage(part) {
        damage.push(part);
        headBroken ||= !headIntact;
      },
      record(source, at, length, position) {
        const kind = header.kind(source, at);
        if (isOfLane(kind)) {
          const lane = lanes.of({ shardId: header.shardId(source, at), shardCount: header.shardCount(source, at) });
          const record = stepOf(source, at, length);
          const previous = header.previous(source, at);
          const known = segment.lanes.get(lane);
          // A copy of what stood before an error, too.
          if (known !== undefined && record.offset <= known.last) return;
          if (known !== undefined && previous > known.last) {
            const { sessionId, seq } = known.tail;
            const neighbour = sessionId === null ? undefined : { sessionId, seq };
            breaks.push({ lane, from: known.last, to: previous, previous: neighbour, next: record });
          }
          const share = new BatchShare(previous, record, tailAfter(known?.tail, record));
          const index = new LaneIndex(record.offset);
          index.push(record.offset, position, length);
          addShare(segment, lane, share, index, 0);
          const time = header.time(source, at);
          segment.oldestAt = Math.min(segment.oldestAt, time);
          segment.newestAt = Math.max(segment.newestAt, time);
        } else if (kind === Kind.open && position === 0) open = jsonOf(source, at, length) as OpenRecord;
        else if (kind === Kind.headEnd) headIntact = open !== undefined && !headBroken;
        else if (CONTROL_KINDS.has(kind)) control.push({ kind, json: jsonOf(source, at, length) });
      },
    },
  );
  // A file that is shorter than it should be lacks its end.
  if (end < file.end) damage.push({ from: end, to: file.end });
  segment.end = end;
  return { segment, open, headIntact, control, breaks, damage };
}

/** The index of a segment whose footer is not there. */
export async function indexOf(store: JournalStore, lanes: LaneTable, segment: Segment): Promise<Map<Lane, LaneIndex>> {
  return (await scanSegment(store, lanes, segment)).segment.index ?? new Map();
}
