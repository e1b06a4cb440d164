import type { Delivery } from '../delivery.ts';
import type { Lane } from './lane.ts';
import { lanesOf } from './lanes.ts';
import type { Source } from './source.ts';

/** Highest offset that every required sink has; Infinity without any. */
export function ackedByRequired(delivery: Delivery, source: Source): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (const lane of lanesOf(delivery, source)) if (lane.slot.required && lane.acked < lowest) lowest = lane.acked;
  return lowest;
}

/** Something moved: tells the gateway what is settled, saves cursors that the journal needs, and frees memory. */
export function advance(delivery: Delivery, source: Source): void {
  settle(delivery, source);
  for (const lane of lanesOf(delivery, source)) saveCursor(delivery, lane);
  release(delivery, source);
}

function settle(delivery: Delivery, source: Source): void {
  const { gateway } = delivery.runtime;
  const settled = Math.max(source.durable, Math.min(ackedByRequired(delivery, source), source.next - 1));
  if (settled <= source.settled) return;
  const before = Math.max(source.settled, source.first - 1);
  source.settled = settled;
  for (let offset = settled; offset > before; offset--) {
    const record = source.at(offset);
    if (record?.kind !== 'event' || record.seq === null) continue;
    // Earlier sessions are over: only the newest has a gateway that waits.
    if (record.sessionId === source.sessionId) source.settledSeq = record.seq;
    gateway?.settle(gateway, source.shardId, record.sessionId, record.seq);
    break;
  }
  delivery.runtime.onSettled?.();
}

/** Only what lies in the journal needs a cursor: with a healthy consumer nothing is written. */
export function saveCursor(delivery: Delivery, lane: Lane): void {
  if (!lane.slot.required || lane.acked <= lane.savedCursor) return;
  if (lane.savedCursor >= Math.max(lane.source.journaled, lane.recoveredTo)) return;
  lane.savedCursor = lane.acked;
  delivery.journal?.acknowledge(lane.slot.sink.name, lane.source, lane.acked);
}

/** Frees what every lane has. */
function release(delivery: Delivery, source: Source): void {
  let lowest = source.settled;
  for (const lane of lanesOf(delivery, source)) if (lane.acked < lowest) lowest = lane.acked;
  if (lowest >= source.first) delivery.runtime.memoryBytes -= source.release(lowest);
}
