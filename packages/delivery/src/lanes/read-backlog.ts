import type { Delivery } from '../delivery.ts';
import type { DeliveryGap } from '../delivery-record.ts';
import { tell } from '../tell.ts';
import { backOffMs } from './back-off.ts';
import type { Lane } from './lane.ts';
import { advance } from './settlement.ts';

type Pump = (delivery: Delivery, lane: Lane) => void;

/** How much is read from the journal at a time. */
const READ_LIMIT = { records: 512, bytes: 512 * 1024 };

/**
 * Reads what the lane needs next where that is no longer in memory. At most one read a lane; nothing when the lane is where the memory begins.
 */
export function readBacklog(delivery: Delivery, lane: Lane, pump: Pump): void {
  const { source } = lane;
  // What leaves the memory while the journal is read may not be in what it gives.
  const { first } = source;
  const after = lane.sent;
  if (lane.reading || after + 1 >= first) return;
  if (delivery.journal === undefined) {
    const gap = gapBefore(delivery, lane, first);
    if (gap === undefined) jump(delivery, lane, first);
    else lane.backlog = [gap];
    return pump(delivery, lane);
  }
  lane.reading = true;
  delivery.journal.read(source, after, READ_LIMIT).then(
    (records) => {
      lane.reading = false;
      // A failure has sent the lane back meanwhile.
      if (lane.sent === after) {
        const kept = records.filter(({ offset }) => offset < first);
        const gap = gapBefore(delivery, lane, kept[0]?.offset ?? first);
        lane.backlog = gap === undefined ? kept : [gap, ...kept];
        if (lane.backlog.length === 0) jump(delivery, lane, first);
      }
      pump(delivery, lane);
    },
    (error: unknown) => {
      lane.reading = false;
      lane.failures++;
      tell(delivery, 'error', { where: 'journal.read', error });
      delivery.clock.clearTimer(lane.retryTimer);
      lane.retryTimer = delivery.clock.setTimer(
        () => {
          lane.retryTimer = undefined;
          pump(delivery, lane);
        },
        backOffMs(lane.failures, delivery.random(), delivery.backOff),
      );
    },
  );
}

/** What the lane has lost between its place and the next record that is left. Only an optional sink's can have lost anything. */
function gapBefore(delivery: Delivery, lane: Lane, next: number): DeliveryGap | undefined {
  const { source, sent } = lane;
  if (source.dropped <= sent || sent < lane.recoveredTo || next <= sent + 1) return undefined;
  const offset = Math.min(source.dropped, next - 1);
  const gap: DeliveryGap = {
    kind: 'gap',
    shardId: source.shardId,
    shardCount: source.shardCount,
    offset,
    sessionId: source.sessionId,
    afterSeq: null,
    nextSeq: null,
    cause: 'memoryFull',
    count: offset - sent,
    detectedAt: delivery.clock.wallTime(),
  };
  lane.counts.gaps++;
  tell(delivery, 'gap', gap);
  return gap;
}

/** Nothing is kept of what lies before `first`: it was dealt with. */
function jump(delivery: Delivery, lane: Lane, first: number): void {
  lane.sent = first - 1;
  const last = lane.flights.at(-1);
  if (last !== undefined) {
    last.through = lane.sent;
    return;
  }
  lane.acked = lane.sent;
  advance(delivery, lane.source);
}
