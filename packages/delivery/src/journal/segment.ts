import type { LaneShare } from './batch.ts';
import type { Lane, LaneTable } from './lane.ts';
import { LaneIndex } from './lane-index.ts';
import { HEADER_BYTES, Kind, encodeRaw, header, isIntact, recordLength } from './record.ts';
import type { JournalStore } from './store.ts';

/*
 * A segment is a file `segment-<id>.log`, ids rising by one, holding nothing but records (see record.ts):
 *
 *   open      its id, and every older segment that counts, with how much of it counts
 *   lanes, cursor, session, hole …     the whole state as of this moment, so that no older segment is needed for it
 *   headEnd
 *   commit, then what was written together: cursors, sessions, holes, then events and gaps       ─┐
 *   commit, …                                                                                   ─┘ again and again
 *   footer    only when sealed: where each lane's records stand. Its last four bytes are its length, so that it is found from the file's end
 *
 * A segment is written from front to back, by one process, one write and one sync at a time. `commit` says how much was synced before it: what is
 * broken below that is damage; what is broken at or above it, with no later `commit`, was never promised to anybody and is cut off.
 *
 * After a write or a sync has failed the segment ends at what was synced before; the next one's `open` says so.
 */

export interface Segment {
  readonly id: number;
  readonly name: string;
  /** Where its records end, a footer not counted; everything below has been synced. */
  end: number;
  /** Bytes it takes on the disk. */
  size: number;
  readonly lanes: Map<Lane, LaneShare>;
  /** By lane, where the records stand. Undefined while it is only in the footer. */
  index: Map<Lane, LaneIndex> | undefined;
  /** Whether the index is in its footer, too. */
  sealed: boolean;
  /** Wall-clock times of its records. */
  oldestAt: number;
  newestAt: number;
}

/** The `open` record's content. */
export interface OpenRecord {
  readonly id: number;
  /** Older segments that count: id and where the records end. */
  readonly segments: readonly (readonly [id: number, end: number])[];
}

const NAME = /^segment-(\d{16})\.log$/;

export function segmentName(id: number): string {
  return `segment-${String(id).padStart(16, '0')}.log`;
}

/** Undefined for files that are no segments. */
export function segmentId(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function newSegment(id: number): Segment {
  return {
    id,
    name: segmentName(id),
    end: 0,
    size: 0,
    lanes: new Map(),
    index: new Map(),
    sealed: false,
    oldestAt: Number.POSITIVE_INFINITY,
    newestAt: 0,
  };
}

/** Counts a lane's records among those of the segment. `shift` is added to their positions. */
export function addShare(segment: Segment, lane: Lane, share: LaneShare, index: LaneIndex, shift: number): void {
  const known = segment.lanes.get(lane);
  if (known === undefined) segment.lanes.set(lane, { ...share });
  else {
    known.last = share.last;
    known.count += share.count;
    known.tail = share.tail;
  }
  let target = segment.index?.get(lane);
  if (target === undefined) {
    target = new LaneIndex(share.first);
    segment.index?.set(lane, target);
  }
  for (let at = 0; at < index.count; at += 1) {
    target.push(index.offsetAt(at), index.positionAt(at) + shift, index.lengthAt(at));
  }
}

/** A lane's share as a footer has it; JSON has no NaN. */
type FooterLane = readonly [
  shardId: number,
  shardCount: number,
  previous: number | null,
  share: Omit<LaneShare, 'previous'>,
];

interface FooterJson {
  /** Id of the segment that was begun before this one was sealed; null after a stop. */
  readonly next: number | null;
  /** Where the footer stands; elsewhere the positions in it are wrong. */
  readonly end: number;
  readonly oldestAt: number | null;
  readonly newestAt: number;
  readonly lanes: readonly FooterLane[];
}

/** The record that seals a segment. Its index must be in memory. */
export function encodeFooter(segment: Segment, next: number | null): Buffer {
  const lanes: FooterLane[] = [];
  const entries: Buffer[] = [];
  for (const [lane, { previous, ...share }] of segment.lanes) {
    lanes.push([lane.key.shardId, lane.key.shardCount, Number.isNaN(previous) ? null : previous, share]);
    const index = segment.index?.get(lane);
    if (index === undefined) throw new Error(`the index of ${segment.name} is not in memory`);
    entries.push(index.entries);
  }
  const { end, oldestAt, newestAt } = segment;
  const json = Buffer.from(JSON.stringify({ next, end, oldestAt, newestAt, lanes } satisfies FooterJson));
  const payload = Buffer.concat([Buffer.alloc(4), json, ...entries, Buffer.alloc(4)]);
  payload.writeUInt32LE(json.length);
  payload.writeUInt32LE(payload.length + HEADER_BYTES, payload.length - 4);
  return encodeRaw(Kind.footer, payload, { offset: segment.id });
}

/** Reads a sealed segment by its footer. Undefined when there is none that is intact. */
export async function readFooter(
  store: JournalStore,
  lanes: LaneTable,
  file: { readonly id: number; readonly size: number },
): Promise<{ segment: Segment; next: number | null } | undefined> {
  const name = segmentName(file.id);
  if (file.size < HEADER_BYTES + 8) return undefined;
  const trailer = await store.read(name, file.size - 4, 4);
  const length = trailer.length === 4 ? trailer.readUInt32LE() : 0;
  if (length < HEADER_BYTES + 8 || length > file.size) return undefined;
  const record = await store.read(name, file.size - length, length);
  if (record.length !== length || recordLength(record, 0) !== length || !isIntact(record, 0, length)) return undefined;
  if (header.kind(record, 0) !== Kind.footer || header.offset(record, 0) !== file.id) return undefined;
  const jsonEnd = HEADER_BYTES + 4 + record.readUInt32LE(HEADER_BYTES);
  const json = JSON.parse(record.toString('utf8', HEADER_BYTES + 4, jsonEnd)) as FooterJson;
  if (json.end !== file.size - length) return undefined;
  const segment: Segment = {
    ...newSegment(file.id),
    end: file.size - length,
    size: file.size,
    sealed: true,
    oldestAt: json.oldestAt ?? Number.POSITIVE_INFINITY,
    newestAt: json.newestAt,
  };
  let at = jsonEnd;
  for (const [shardId, shardCount, previous, share] of json.lanes) {
    const lane = lanes.of({ shardId, shardCount });
    segment.lanes.set(lane, { previous: previous ?? Number.NaN, ...share });
    const end = at + share.count * 12;
    segment.index?.set(lane, new LaneIndex(share.first, record.subarray(at, end)));
    at = end;
  }
  return { segment, next: json.next };
}
