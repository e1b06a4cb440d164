import type { Delivery } from '../delivery.ts';
import { passCuts } from './pass-cuts.ts';
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
  passCuts(delivery, source);
}

function settle(delivery: Delivery, source: Source): void {
  const settled = Math.max(source.durable, Math.min(ackedByRequired(delivery, source), source.next - 1));
  if (settled <= source.settled) return;
  const before = Math.max(source.settled, source.first - 1);
  source.settled = settled;
  for (let offset = settled; offset > before; offset--) {
    const record = source.at(offset);
    if (record?.kind !== 'event' || record.seq === null) continue;
    // Earlier sessions are over: only the newest has a gateway that waits.
    if (record.sessionId === source.sessionId) source.settledSeq = record.seq;
    tellGateway(delivery, source, record.sessionId, record.seq);
    break;
  }
  delivery.runtime.onSettled?.();
}

/** Shards of a generation that was replaced are another manager's; those that are closed wait for nothing. */
function tellGateway(
  { runtime }: Delivery,
  { manager = runtime.gateway, shardId, shardCount }: Source,
  sessionId: string,
  seq: number,
): void {
  if (manager?.shards.get(shardId)?.shardCount === shardCount) manager.settle(manager, shardId, sessionId, seq);
}

/** Only what lies in the journal needs a cursor: with a healthy consumer nothing is written. */
export function saveCursor(delivery: Delivery, lane: Lane): void {
  if (!lane.slot.required || lane.acked <= lane.savedCursor) return;
  if (lane.savedCursor >= Math.max(lane.source.journaled, lane.recoveredTo)) return;
  lane.savedCursor = lane.acked;
  delivery.journal?.acknowledge(lane.slot.sink.name, lane.source, lane.acked);
}

/** The sink's cursor is on the disk. */
export function cursorStored(lane: Lane, offset: number): void {
  if (offset > lane.storedCursor) lane.storedCursor = offset;
}

/**
 * How many of the records that the sink has acknowledged would come to it again if the process were killed now, at the most: those above the cursor on the
 * disk, or, where nothing is in the journal, those that Discord would be asked for again. None without a journal: who keeps the sessions is not known then.
 */
export function repeatable(delivery: Delivery, { source, slot, storedCursor, acked, recoveredTo }: Lane): number {
  if (delivery.journal === undefined) return 0;
  if (slot.required && storedCursor < Math.max(source.journaled, recoveredTo)) return acked - storedCursor;
  const stored = source.manager?.shards.get(source.shardId)?.stored;
  return stored === undefined || stored.sessionId !== source.sessionId ? 0 : source.settledSeq - stored.seq;
}

/** Frees what every lane has. */
function release(delivery: Delivery, source: Source): void {
  let lowest = source.settled;
  for (const lane of lanesOf(delivery, source)) if (lane.acked < lowest) lowest = lane.acked;
  if (lowest >= source.first) delivery.runtime.memoryBytes -= source.release(lowest);
}
