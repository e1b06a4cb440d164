import type { Delivery } from '../delivery.ts';
import type { DeliveryStatus, LaneStatus } from '../delivery-status.ts';
import { lagOf, type Lane } from '../lanes/lane.ts';

/** Default of {@link DeliveryMethods.status}. */
export function status(delivery: Delivery): DeliveryStatus {
  const { slots, lanes, memoryBytes, counts } = delivery.runtime;
  return {
    sinks: slots.map(({ sink, required, isOpen, isReady }) => ({
      name: sink.name,
      required,
      open: isOpen,
      ready: isReady,
    })),
    lanes: Array.from(lanes.values()).flatMap((all) => all.map(laneStatus)),
    memoryBytes,
    journal: delivery.journal?.status(),
    counts: { ...counts },
  };
}

function laneStatus(lane: Lane): LaneStatus {
  const { source, slot, inFlightEvents, inFlightBytes, failures, counts } = lane;
  const isWaiting = !slot.isOpen || !(slot.isReady || lane.ready);
  return {
    shardId: source.shardId,
    shardCount: source.shardCount,
    sink: slot.sink.name,
    state: isWaiting ? 'waiting' : lane.retryTimer === undefined ? 'flowing' : 'retrying',
    lag: lagOf(lane),
    inFlightEvents,
    inFlightBytes,
    failures,
    ...counts,
  };
}
