import type { DeliveryRecord } from '../delivery-record.ts';
import type { Hole, Lane } from './lane.ts';
import type { Log } from './log.ts';
import type { Reader } from './record-reader.ts';

interface Neighbour {
  readonly sessionId: string;
  readonly seq: number | null;
}

/** Records looked at for a numbered neighbour, for those few that Discord does not number. */
const MOST_LOOKED_AT = 16;

/**
 * The hole that starts with the first record above an offset, which is damaged: it ends before the next one that is not, and is told by the neighbours.
 */
export async function damagedHole(
  log: Log,
  reader: Reader,
  lane: Lane,
  afterOffset: number,
): Promise<Hole | undefined> {
  let to = afterOffset;
  let count = 0;
  let next: DeliveryRecord | undefined;
  for (;;) {
    const place = await reader.locate(lane, to);
    if (place === undefined) break;
    next = await reader.recordAt(place);
    if (next !== undefined) break;
    to = place.index.offsetAt(place.at);
    count += 1;
  }
  if (count === 0) return undefined;
  return holeBetween(lane, await before(log, reader, lane, afterOffset), next, {
    from: afterOffset,
    to,
    cause: 'journalDamaged',
    count,
    detectedAt: log.settings.clock.wallTime(),
  });
}

/** Names what is missing by the records on both sides. */
export function holeBetween(
  lane: Lane,
  previous: Neighbour | undefined,
  next: { readonly sessionId: string | null; readonly seq?: number | null; readonly kind?: string } | undefined,
  what: Pick<Hole, 'from' | 'to' | 'cause' | 'count' | 'detectedAt'>,
): Hole {
  const nextSession = next?.kind === 'gap' || next?.kind === 'reshard' ? null : (next?.sessionId ?? null);
  const sessionId = previous?.sessionId ?? nextSession ?? '';
  return {
    ...lane.key,
    ...what,
    sessionId,
    afterSeq: previous?.seq ?? null,
    nextSeq: nextSession === sessionId ? (next?.seq ?? null) : null,
  };
}

/** Session and number of the last event at or below an offset that can be read. */
export async function before(log: Log, reader: Reader, lane: Lane, offset: number): Promise<Neighbour | undefined> {
  let looked = 0;
  for (const segment of log.segments.toReversed()) {
    const share = segment.lanes.get(lane);
    if (share === undefined) continue;
    if (share.last <= offset && share.tail.sessionId !== null) {
      return { sessionId: share.tail.sessionId, seq: share.tail.seq };
    }
    if (share.first > offset) {
      // Nothing is known of what came before, unless it is the first one that is missing.
      continue;
    }
    const place = await reader.locate(lane, share.first - 1);
    if (place === undefined || place.source !== segment) continue;
    for (let at = place.index.firstAbove(offset) - 1; at >= 0 && looked < MOST_LOOKED_AT; at -= 1) {
      looked += 1;
      const record = await reader.recordAt(place, at);
      if (record?.kind === 'event' && record.seq !== null) return { sessionId: record.sessionId, seq: record.seq };
    }
  }
  // The first one that is kept may be the one that is damaged: its segment's footer knows its number.
  for (const segment of log.segments) {
    const share = segment.lanes.get(lane);
    if (share === undefined || share.first <= offset) continue;
    if (share.firstSessionId === null || share.firstSeq === null) return undefined;
    return { sessionId: share.firstSessionId, seq: share.firstSeq - 1 };
  }
  return undefined;
}
