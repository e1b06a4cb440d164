import type { LaneStatus } from '@shardgate/delivery';
import type { MetricFamily, Reading, Sample } from './metric-family.ts';

const STATES: readonly LaneStatus['state'][] = ['flowing', 'waiting', 'retrying'];

/** The lanes, summed over the shards or each by itself: a thousand shards with four sinks are four thousand lanes. */
export function laneFamilies({ perShard }: { readonly perShard: boolean }): MetricFamily[] {
  const labelNames = perShard ? ['sink', 'shard'] : ['sink'];
  const labelsOf = ({ sink, shardId }: LaneStatus): Record<string, string> =>
    perShard ? { sink, shard: String(shardId) } : { sink };
  const keyOf = ({ sink, shardId, shardCount }: LaneStatus): string => `${shardId}/${shardCount} ${sink}`;

  const gauge = (name: string, help: string, valueOf: (lane: LaneStatus) => number): MetricFamily => ({
    name,
    help,
    type: 'gauge',
    labels: labelNames,
    read: (reading) => sums(reading, labelsOf, valueOf),
  });
  const counter = (name: string, help: string, countOf: (lane: LaneStatus) => number): MetricFamily => ({
    name,
    help,
    type: 'counter',
    labels: labelNames,
    read: ({ delivery }) =>
      delivery.lanes.map((lane) => ({ labels: labelsOf(lane), value: countOf(lane), source: keyOf(lane) })),
  });

  return [
    {
      name: 'shardgate_lanes',
      help: 'Lanes, by sink and state.',
      type: 'gauge',
      labels: ['sink', 'state'],
      read: ({ delivery }) =>
        delivery.sinks.flatMap(({ name }) =>
          STATES.map((state) => ({
            labels: { sink: name, state },
            value: delivery.lanes.filter((lane) => lane.sink === name && lane.state === state).length,
          })),
        ),
    },
    gauge('shardgate_lane_lag_events', 'Events of this process that the sink has not acknowledged.', ({ lag }) => lag),
    gauge(
      'shardgate_lane_in_flight_events',
      'Events sent and not yet acknowledged.',
      ({ inFlightEvents }) => inFlightEvents,
    ),
    gauge(
      'shardgate_lane_in_flight_bytes',
      'Bytes sent and not yet acknowledged.',
      ({ inFlightBytes }) => inFlightBytes,
    ),
    gauge('shardgate_lane_failures', 'Failures in a row; 0 once something got through.', ({ failures }) => failures),
    counter('shardgate_lane_acknowledged_events_total', 'Events that the sink acknowledged.', (lane) => lane.delivered),
    counter(
      'shardgate_lane_redelivered_events_total',
      'Events sent again after a failure.',
      (lane) => lane.redelivered,
    ),
    counter('shardgate_lane_failed_batches_total', 'Batches that failed.', (lane) => lane.failed),
    counter('shardgate_lane_dead_letters_total', 'Events that the sink refused for good.', (lane) => lane.deadLettered),
    counter(
      'shardgate_lane_gaps_total',
      'Times that the sink was told of events it will not get.',
      (lane) => lane.gaps,
    ),
  ];
}

/** One sample for each set of labels, in a single walk over the lanes. */
function sums(
  { delivery }: Reading,
  labelsOf: (lane: LaneStatus) => Record<string, string>,
  valueOf: (lane: LaneStatus) => number,
): Sample[] {
  const totals = new Map<string, { labels: Record<string, string>; value: number }>();
  for (const lane of delivery.lanes) {
    const labels = labelsOf(lane);
    const key = Object.values(labels).join('\0');
    const total = totals.get(key);
    if (total === undefined) totals.set(key, { labels, value: valueOf(lane) });
    else total.value += valueOf(lane);
  }
  return [...totals.values()];
}
