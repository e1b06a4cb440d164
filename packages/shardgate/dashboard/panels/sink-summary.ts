import type { DeliveryStatus, LaneStatus } from '@shardgate/delivery';

/** A sink with the sums over its lanes. */
export interface SinkSummary {
  readonly name: string;
  readonly required: boolean;
  readonly state: 'paused' | 'closed' | 'waiting' | 'retrying' | 'flowing';
  readonly lag: number;
  readonly inFlight: number;
  /** Batches that failed, and so were sent again. */
  readonly retries: number;
  readonly delivered: number;
  readonly deadLettered: number;
  readonly gaps: number;
  readonly lanes: readonly LaneStatus[];
}

export function sinkSummaries(delivery: DeliveryStatus, pausedSinks: readonly string[]): readonly SinkSummary[] {
  return delivery.sinks.map(({ name, required, open, ready }) => {
    const lanes = delivery.lanes.filter(({ sink }) => sink === name);
    const sum = (value: (lane: LaneStatus) => number): number => lanes.reduce((total, lane) => total + value(lane), 0);
    return {
      name,
      required,
      state: pausedSinks.includes(name) ? 'paused' : stateOf(open, ready, lanes),
      lag: sum(({ lag }) => lag),
      inFlight: sum(({ inFlightEvents }) => inFlightEvents),
      retries: sum(({ failed }) => failed),
      delivered: sum(({ delivered }) => delivered),
      deadLettered: sum(({ deadLettered }) => deadLettered),
      gaps: sum(({ gaps }) => gaps),
      lanes,
    };
  });
}

function stateOf(open: boolean, ready: boolean, lanes: readonly LaneStatus[]): SinkSummary['state'] {
  if (!open) return 'closed';
  if (lanes.some(({ state }) => state === 'retrying')) return 'retrying';
  return ready ? 'flowing' : 'waiting';
}

/** The lanes that are worst off, worst first. */
export function worstLanes(lanes: readonly LaneStatus[], most: number): readonly LaneStatus[] {
  return [...lanes]
    .sort((one, other) => other.lag - one.lag || other.failures - one.failures || one.shardId - other.shardId)
    .slice(0, most);
}
