import { weightOf, type DeliveryEvent, type DeliveryGap, type DeliveryRecord } from '../delivery-record.ts';
import type { Delivery } from '../delivery.ts';
import { isExpired } from '../interactions/interaction-watch.ts';
import type { Lane } from './lane.ts';
import type { Source } from './source.ts';

/** What goes into one batch. */
export interface Taken {
  readonly records: readonly DeliveryRecord[];
  readonly bytes: number;
  /** Highest offset that was looked at. */
  readonly through: number;
}

export interface TakeLimit {
  readonly events: number;
  readonly bytes: number;
  /** Highest offset that may be handed over now. */
  readonly last: number;
}

/**
 * The next records for a lane, from its backlog or from memory: at least one if nothing is under way, however large. Records that the sink
 * does not want are passed over. Undefined when there is nothing to look at, or nothing before the journal is read.
 */
export function takeRecords(delivery: Delivery, lane: Lane, limit: TakeLimit): Taken | undefined {
  const { source, slot, backlog } = lane;
  const fromMemory = backlog.length === 0;
  if (fromMemory && (lane.sent + 1 < source.first || lane.sent >= source.sendable)) return undefined;
  const first = lane.sent + 1;
  const candidates = fromMemory ? source.slice(first, Math.min(source.sendable, first + limit.events - 1)) : backlog;
  /** Only where it is not all of them. No literal: see {@link AcceptedEvent}. */
  let picked: DeliveryRecord[] | undefined;
  let count = 0;
  let bytes = 0;
  let through = lane.sent;
  let index = 0;
  for (;;) {
    // Behind the candidates only where some of them are not wanted.
    const record =
      index < candidates.length ? candidates[index] : fromMemory ? sendableAt(source, first + index) : undefined;
    if (record === undefined || through >= limit.last) break;
    // A gap may reach over a cut: what is missing behind it comes with it.
    if (record.offset > limit.last && record.kind !== 'gap') {
      through = limit.last;
      break;
    }
    if (slot.wants(record)) {
      const size = weightOf(record);
      if (count >= limit.events || (bytes + size > limit.bytes && (count > 0 || lane.inFlightEvents > 0))) break;
      count++;
      bytes += size;
      if (record.kind === 'event' && isExpired(delivery, record))
        (picked ??= candidates.slice(0, index)).push(expired(delivery, record));
      else picked?.push(record);
    } else {
      picked ??= candidates.slice(0, index);
    }
    through = record.offset;
    index++;
  }
  const isAll = fromMemory && index === candidates.length;
  const records = picked ?? (isAll ? candidates : candidates.slice(0, index));
  if (!fromMemory) backlog.splice(0, index);
  return { records, bytes, through };
}

function sendableAt(source: Source, offset: number): DeliveryRecord | undefined {
  return offset <= source.sendable ? source.at(offset) : undefined;
}

/** What is told in the place of an interaction that nobody can answer any more. */
function expired(delivery: Delivery, event: DeliveryEvent): DeliveryGap {
  const { shardId, shardCount, offset, sessionId, seq } = event;
  const gap: DeliveryGap = {
    kind: 'gap',
    shardId,
    shardCount,
    offset,
    sessionId,
    afterSeq: seq === null ? null : seq - 1,
    nextSeq: seq === null ? null : seq + 1,
    cause: 'expired',
    count: 1,
    detectedAt: delivery.clock.wallTime(),
  };
  return gap;
}
