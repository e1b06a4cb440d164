import type { DeliveryRecord } from '../delivery-record.ts';
import type { Batch } from './batch.ts';
import type { ChunkCache } from './chunk-cache.ts';
import { damagedHole } from './damaged-hole.ts';
import type { Place, Reader } from './record-reader.ts';
import type { IndexCache } from './index-cache.ts';
import { gapOf, holeAbove } from './lane.ts';
import type { Log } from './log.ts';
import { tellHole } from './log.ts';
import { isIntact, readLaneRecord } from './record.ts';
import type { Segment } from './segment.ts';

export function createReader(log: Log, chunks: ChunkCache, indexes: IndexCache): Reader {
  /** Until it says so, a segment in use may be retired at any `await`: then the disk has it no more, and nobody needs it. */
  const isGone = (source: Segment | Batch): boolean =>
    'name' in source ? !log.segments.includes(source) : !log.queue.includes(source);

  const reader: Reader = {
    async locate(lane, afterOffset) {
      for (const segment of [...log.segments]) {
        const share = segment.lanes.get(lane);
        if (share === undefined || share.last <= afterOffset) continue;
        const index = (segment.index ?? (await indexes.load(segment))).get(lane);
        const at = index?.firstAbove(afterOffset) ?? 0;
        if (index !== undefined && at < index.count && !isGone(segment)) return { source: segment, index, at };
      }
      for (const batch of log.queue) {
        const own = batch.lanes.get(lane);
        if (own === undefined || own.share.last <= afterOffset) continue;
        return { source: batch, index: own.index, at: own.index.firstAbove(afterOffset) };
      }
      return undefined;
    },

    async recordAt({ source, index, at: first }, at = first) {
      const [position, length] = [index.positionAt(at), index.lengthAt(at)];
      const bytes =
        'name' in source ? await chunks.read(source, position, length) : Buffer.from(source.view(position, length));
      if (bytes === undefined || !isIntact(bytes, 0, length)) return undefined;
      return readLaneRecord(Buffer.from(bytes), 0, length);
    },

    async read(key, afterOffset, limit) {
      const lane = log.lanes.get(key);
      if (lane === undefined) return [];
      const out: DeliveryRecord[] = [];
      let cursor = afterOffset;
      let bytes = 0;
      while (out.length < limit.records && (out.length === 0 || bytes < limit.bytes)) {
        const place = await reader.locate(lane, cursor);
        const next = place === undefined ? Number.POSITIVE_INFINITY : place.index.offsetAt(place.at);
        const hole = holeAbove(lane, cursor);
        if (hole !== undefined && next > hole.from) {
          out.push(gapOf(hole));
          cursor = hole.to;
          // Told as it is: what is dropped from now on is another hole.
          if (lane.falling === hole) lane.falling = undefined;
          continue;
        }
        if (place === undefined) break;
        const run = runOf(place, hole?.from, limit.records - out.length, limit.bytes - bytes, out.length === 0);
        if (run.count === 0) break;
        const records = await copyRun(place, run);
        if (isGone(place.source) && records.length < run.count) continue;
        for (const record of records) out.push(record);
        bytes += run.bytes;
        const last = records.at(-1);
        if (last !== undefined) cursor = last.offset;
        if (records.length === run.count) continue;
        // A damaged record. What came before it goes first; the next call finds it again.
        if (out.length > 0) break;
        const found = await damagedHole(log, reader, lane, cursor);
        if (found !== undefined) tellHole(log, lane, found);
      }
      return out;
    },
  };

  /** Copies records out, up to the first that is damaged, so that they hold no more memory than their own. */
  const copyRun = async ({ source, index, at }: Place, run: Run): Promise<DeliveryRecord[]> => {
    const target = Buffer.allocUnsafeSlow(run.bytes);
    const records: DeliveryRecord[] = [];
    let filled = 0;
    for (let entry = at; entry < at + run.count; entry += 1) {
      const position = index.positionAt(entry);
      const length = index.lengthAt(entry);
      const bytes =
        'name' in source
          ? (chunks.peek(source, position, length) ?? (await chunks.read(source, position, length)))
          : source.view(position, length);
      if (bytes === undefined) break;
      target.set(bytes, filled);
      if (!isIntact(target, filled, length)) break;
      records.push(readLaneRecord(target, filled, length));
      filled += length;
    }
    return records;
  };
  return reader;
}

interface Run {
  readonly count: number;
  readonly bytes: number;
}

/** Records from a place on that are within the limits and at or below an offset. */
function runOf(
  { index, at }: Place,
  upTo = Number.POSITIVE_INFINITY,
  records: number,
  mostBytes: number,
  atLeastOne: boolean,
): Run {
  let count = 0;
  let bytes = 0;
  while (count < records && at + count < index.count && index.offsetAt(at + count) <= upTo) {
    const length = index.lengthAt(at + count);
    if (bytes + length > mostBytes && !(atLeastOne && count === 0)) break;
    bytes += length;
    count += 1;
  }
  return { count, bytes };
}
