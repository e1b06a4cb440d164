import type { DeliveryEvent, DeliveryGap, DeliveryRecord, DeliveryReshard } from '../delivery-record.ts';
import { timeOf } from '../delivery-record.ts';
import type { Lane, Tail } from './lane.ts';
import { LaneIndex } from './lane-index.ts';
import { encodeNotice, eventRecordBytes, writeEvent } from './record.ts';

/** Records of one lane in a batch or a segment. */
export interface LaneShare {
  /** Offset of the lane's record before the first one here; NaN when there never was one. */
  readonly previous: number;
  readonly first: number;
  last: number;
  count: number;
  /** Numbers of the first event here, for telling what is missing with it. */
  readonly firstSessionId: string | null;
  readonly firstSeq: number | null;
  /** Where the lane stands after the last one. */
  tail: Tail;
}

/** A share that begins with one record. A class, as {@link LanePart}, for the same reason as {@link AcceptedEvent}. */
export class BatchShare implements LaneShare {
  readonly previous: number;
  readonly first: number;
  last: number;
  count = 1;
  readonly firstSessionId: string | null;
  readonly firstSeq: number | null;
  tail: Tail;

  constructor(previous: number, record: LaneStep, tail: Tail) {
    const isEvent = record.kind === 'event';
    this.previous = previous;
    this.first = record.offset;
    this.last = record.offset;
    this.firstSessionId = isEvent ? record.sessionId : null;
    this.firstSeq = isEvent ? record.seq : null;
    this.tail = tail;
  }
}

/** A lane's records in one batch, and where they stand in it. */
class LanePart {
  readonly share: LaneShare;
  readonly index: LaneIndex;

  constructor(share: LaneShare, index: LaneIndex) {
    this.share = share;
    this.index = index;
  }
}

const CHUNK_BYTES = 256 * 1024;
/** Chunks kept for the next batch. */
const SPARE_CHUNKS = 8;
const spare: Buffer[] = [];

interface Chunk {
  readonly buffer: Buffer;
  readonly start: number;
  used: number;
}

/**
 * Records on their way to the disk, encoded: written, synced and counted together. Stays in memory until that has happened, so that a failed write
 * can be done again elsewhere.
 */
export class Batch {
  bytes = 0;
  /** Its offsets are too far from those before for one index: it begins a segment. */
  isFar = false;
  records = 0;
  oldestAt: number = Number.POSITIVE_INFINITY;
  newestAt = 0;
  readonly lanes: Map<Lane, LanePart> = new Map();
  readonly #chunks: Chunk[] = [];

  /** False when the record's offset is too far from the lane's others here. */
  add(lane: Lane, record: DeliveryRecord): boolean {
    const known = this.lanes.get(lane);
    if (known !== undefined && !known.index.holds(record.offset)) return false;
    const previous = lane.tail?.offset ?? Number.NaN;
    const notice = record.kind === 'event' ? undefined : encodeNotice(record, previous);
    const length = notice?.length ?? eventRecordBytes(record as DeliveryEvent);
    const chunk = this.#chunkFor(length);
    if (record.kind === 'event') writeEvent(chunk.buffer, chunk.used, record, previous);
    else chunk.buffer.set(notice as Buffer, chunk.used);
    const tail = tailAfter(lane.tail, record);
    lane.tail = tail;
    const position = chunk.start + chunk.used;
    if (known === undefined) {
      const index = new LaneIndex(record.offset);
      index.push(record.offset, position, length);
      this.lanes.set(lane, new LanePart(new BatchShare(previous, record, tail), index));
    } else {
      const { share } = known;
      known.index.push(record.offset, position, length);
      share.last = record.offset;
      share.count += 1;
      share.tail = tail;
    }
    chunk.used += length;
    this.bytes += length;
    this.records += 1;
    const time = timeOf(record);
    this.oldestAt = Math.min(this.oldestAt, time);
    this.newestAt = Math.max(this.newestAt, time);
    return true;
  }

  /** What is to be written. */
  get buffers(): Buffer[] {
    return this.#chunks.map(({ buffer, used }) => buffer.subarray(0, used));
  }

  /** The bytes of one record; valid until {@link release}. */
  view(position: number, length: number): Buffer {
    const chunk = this.#chunks.findLast(({ start }) => start <= position) as Chunk;
    return chunk.buffer.subarray(position - chunk.start, position - chunk.start + length);
  }

  /** Its memory may be used again. */
  release(): void {
    for (const { buffer } of this.#chunks) {
      if (buffer.length === CHUNK_BYTES && spare.length < SPARE_CHUNKS) spare.push(buffer);
    }
    this.#chunks.length = 0;
  }

  #chunkFor(length: number): Chunk {
    const last = this.#chunks.at(-1);
    if (last !== undefined && last.used + length <= last.buffer.length) return last;
    const buffer =
      length > CHUNK_BYTES ? Buffer.allocUnsafeSlow(length) : (spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES));
    const chunk = { buffer, start: this.bytes, used: 0 };
    this.#chunks.push(chunk);
    return chunk;
  }
}

/** What of a record a lane's place depends on. */
export type LaneStep =
  | Pick<DeliveryGap | DeliveryReshard, 'kind' | 'offset' | 'sessionId'>
  | Pick<DeliveryEvent, 'kind' | 'offset' | 'sessionId' | 'seq'>;

/** Where a lane stands after a record. What is told beside events has no number: the numbers stay. */
export function tailAfter(tail: Tail | undefined, record: LaneStep): Tail {
  const { offset } = record;
  if (record.kind !== 'event') return { offset, sessionId: tail?.sessionId ?? null, seq: tail?.seq ?? null };
  const known = tail?.sessionId === record.sessionId ? tail.seq : null;
  const { sessionId, seq } = record;
  return { offset, sessionId, seq: known === null ? seq : Math.max(known, seq ?? known) };
}
