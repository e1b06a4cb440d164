import type { Delivery } from '../delivery.ts';
import { tell } from '../tell.ts';
import type { Lane } from './lane.ts';
import { lanesOf } from './lanes.ts';
import { advance } from './settlement.ts';
import type { Source } from './source.ts';

/** How long after a cut old shards may still answer what was asked of them, milliseconds: so long their lanes stay. */
const LEAVE_AFTER_MS = 60_000;

/** The old shards are closed: nothing comes from them any more. */
export function oldShardsClosed({ runtime }: Delivery): void {
  for (const source of runtime.leaving.keys()) runtime.leaving.set(source, Number.NEGATIVE_INFINITY);
}

/** Frees the sources of earlier generations that every sink has all of. */
export function retireSources(delivery: Delivery): void {
  const { runtime, clock } = delivery;
  for (const [source, leftAt] of runtime.leaving) {
    if (clock.now() - leftAt < LEAVE_AFTER_MS) continue;
    if (source.settled >= source.next - 1) for (const lane of lanesOf(delivery, source)) leaveOut(delivery, lane);
    if (isOver(delivery, source)) free(delivery, source);
  }
}

/** A sink that need not have everything does not hold a generation that is over. */
function leaveOut(delivery: Delivery, lane: Lane): void {
  const { source, slot } = lane;
  if (slot.required || lane.acked >= source.next - 1 || lane.flights.length > 0 || lane.reading) return;
  lane.backlog = [];
  const count = source.next - 1 - Math.max(lane.acked, source.base - 1);
  lane.sent = source.next - 1;
  lane.acked = lane.sent;
  lane.counts.gaps++;
  tell(delivery, 'gap', {
    kind: 'gap',
    shardId: source.shardId,
    shardCount: source.shardCount,
    offset: lane.acked,
    sessionId: source.sessionId,
    afterSeq: null,
    nextSeq: null,
    cause: 'memoryFull',
    count,
    detectedAt: delivery.clock.wallTime(),
  });
  advance(delivery, source);
}

function isOver(delivery: Delivery, source: Source): boolean {
  const last = source.next - 1;
  return (
    !source.isDue &&
    source.settled >= last &&
    lanesOf(delivery, source).every(
      ({ acked, flights, backlog, reading, isBurying, retryTimer }) =>
        acked >= last && flights.length + backlog.length === 0 && !reading && !isBurying && retryTimer === undefined,
    )
  );
}

function free(delivery: Delivery, source: Source): void {
  const { runtime, journal } = delivery;
  const { shardId, shardCount, name } = source;
  runtime.leaving.delete(source);
  runtime.sources.delete(name);
  if (runtime.asked.get(shardId) === source) runtime.asked.delete(shardId);
  runtime.lanes.delete(name);
  runtime.highestFreed = Math.max(runtime.highestFreed, source.next - 1);
  runtime.memoryBytes -= source.release(source.next - 1);
  journal?.forget?.({ shardId, shardCount });
  for (const { sink } of runtime.slots) {
    try {
      sink.forget?.({ shardId, shardCount });
    } catch (error) {
      tell(delivery, 'error', { where: `sink ${sink.name}`, error });
    }
  }
}
