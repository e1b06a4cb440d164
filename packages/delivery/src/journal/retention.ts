import type { GapCause } from '../delivery-record.ts';
import type { LaneShare } from './batch.ts';
import type { ChunkCache } from './chunk-cache.ts';
import { before, holeBetween } from './damaged-hole.ts';
import type { IndexCache } from './index-cache.ts';
import type { Hole, Lane } from './lane.ts';
import { acknowledgedBy, isSameSession } from './lane.ts';
import type { Log } from './log.ts';
import { holdsLane, isNeeded, tellHole } from './log.ts';
import type { Reader } from './record-reader.ts';
import type { Segment } from './segment.ts';

/** Lets go of what is not needed, or must go. */
export interface Retention {
  /** Takes segments that no required sink needs out of the log; their removal is to be written before it is done. */
  retire(): void;
  /** Takes the oldest segment that is not being written out of the log, needed or not. False when there is none. */
  dropOldest(cause: GapCause): Promise<boolean>;
  /** Takes the oldest records that still wait for the disk, as far as they are not being written. False when there are none. */
  dropWaiting(): boolean;
  /** Removes the files of what left the log; call only when that has been written. */
  removeRetired(gone: readonly Segment[]): Promise<void>;
}

export function createRetention(log: Log, reader: Reader, chunks: ChunkCache, indexes: IndexCache): Retention {
  const leave = (segment: Segment): void => {
    log.segments.splice(log.segments.indexOf(segment), 1);
    log.leaving.push(segment);
    chunks.forget(segment);
    indexes.forget(segment);
    log.control.retired(segment.id);
  };

  /** One hole for each session of the lane in a place, above what is acknowledged. */
  const holesOf = async (lane: Lane, source: Segment, share: LaneShare, cause: GapCause): Promise<Hole[]> => {
    const acknowledged = acknowledgedBy(lane, log.settings.sinks);
    const holes: Hole[] = [];
    const what = { cause, detectedAt: log.settings.clock.wallTime() };
    const { last } = share;
    let from = Math.max(acknowledged, Number.isNaN(share.previous) ? -1 : share.previous);
    let previous = await before(log, reader, lane, acknowledged);
    let current: { from: number; to: number; count: number; sessionId: string } | undefined;
    const end = (nextSession: { sessionId: string | null; seq?: number | null } | undefined): void => {
      if (current === undefined) return;
      const { sessionId, ...range } = current;
      const known = previous?.sessionId === sessionId ? previous : { sessionId, seq: null };
      holes.push(holeBetween(lane, known, nextSession, { ...range, ...what }));
      current = undefined;
    };
    for (let at = acknowledged; at < last;) {
      const place = await reader.locate(lane, at);
      if (place === undefined || place.source !== source) break;
      const record = await reader.recordAt(place);
      at = place.index.offsetAt(place.at);
      const sessionId = record?.sessionId ?? current?.sessionId ?? previous?.sessionId ?? '';
      if (current !== undefined && current.sessionId !== sessionId) {
        from = current.to;
        end(undefined);
        previous = undefined;
      }
      const seq = record?.kind === 'event' ? record.seq : null;
      // What came before the first one that goes may be long gone itself; its number is known all the same.
      if (previous === undefined && seq !== null) previous = { sessionId, seq: seq - 1 };
      if (current === undefined) current = { from, to: at, count: 0, sessionId };
      current.to = at;
      current.count += 1;
    }
    const after = await reader.locate(lane, last);
    const next = after === undefined ? undefined : await reader.recordAt(after);
    end(next);
    return holes;
  };

  return {
    retire() {
      for (const segment of [...log.segments]) {
        if (segment !== log.active?.segment && !isNeeded(log, segment)) leave(segment);
      }
      for (const lane of log.lanes.all) {
        if (lane.holes.length === 0) continue;
        const acknowledged = acknowledgedBy(lane, log.settings.sinks);
        while (lane.holes[0] !== undefined && lane.holes[0].to <= acknowledged && lane.falling !== lane.holes[0]) {
          lane.holes.shift();
        }
      }
      for (const lane of log.forgotten) {
        // As long as a file has records of it, only its cursors say that nobody needs them.
        if (holdsLane(log, lane)) continue;
        log.lanes.remove(lane.key);
        log.forgotten.delete(lane);
      }
    },

    async dropOldest(cause) {
      const segment = log.segments.find((each) => each !== log.active?.segment);
      if (segment === undefined) return false;
      const found: [Lane, Hole[]][] = [];
      let dropped = 0;
      for (const [lane, share] of segment.lanes) {
        if (share.last > acknowledgedBy(lane, log.settings.sinks)) {
          found.push([lane, await holesOf(lane, segment, share, cause)]);
        }
      }
      leave(segment);
      for (const [lane, holes] of found) {
        for (const hole of holes) {
          dropped += hole.count ?? 0;
          tellHole(log, lane, hole);
        }
      }
      log.dropped += dropped;
      return true;
    },

    dropWaiting() {
      const batch = log.queue[log.writing];
      if (batch === undefined || batch.records === 0) return false;
      log.queue.splice(log.writing, 1);
      log.pendingBytes -= batch.bytes;
      log.pendingRecords -= batch.records;
      log.dropped += batch.records;
      for (const [lane, { share }] of batch.lanes) {
        const next = log.queue[log.writing]?.lanes.get(lane)?.share;
        const earlier = Number.isNaN(share.previous) ? -1 : share.previous;
        const sessionId = share.tail.sessionId ?? '';
        const same = isSameSession(share.firstSessionId, sessionId);
        tellHole(log, lane, {
          ...lane.key,
          from: earlier,
          to: share.last,
          sessionId,
          afterSeq: same && share.firstSeq !== null ? share.firstSeq - 1 : null,
          nextSeq: isSameSession(next?.firstSessionId, sessionId) ? (next?.firstSeq ?? null) : null,
          cause: 'memoryFull',
          count: share.count,
          detectedAt: log.settings.clock.wallTime(),
        });
      }
      batch.release();
      return true;
    },

    async removeRetired(gone) {
      for (const segment of gone) await log.settings.store.remove(segment.name);
      await log.settings.store.syncDirectory();
      for (const segment of gone) log.leaving.splice(log.leaving.indexOf(segment), 1);
    },
  };
}
