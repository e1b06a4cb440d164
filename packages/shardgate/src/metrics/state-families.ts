import type { StateView } from '../service/state-view.ts';
import type { MetricFamily, Sample } from './metric-family.ts';

/** A figure of the cache; there is none without a cache. */
function ofState(
  type: MetricFamily['type'],
  name: string,
  help: string,
  valueOf: (state: StateView) => number,
): MetricFamily {
  return { name, help, type, read: ({ state }) => [{ value: state === null ? null : valueOf(state) }] };
}

/** A figure of each of its stores. */
function ofStores(name: string, help: string, valueOf: (store: StateView['stores'][number]) => number): MetricFamily {
  return {
    name,
    help,
    type: 'gauge',
    labels: ['store'],
    read: ({ state }) =>
      (state?.stores ?? []).map((store): Sample => ({ labels: { store: store.name }, value: valueOf(store) })),
  };
}

/** The cache of Discord's objects. */
export const stateFamilies: readonly MetricFamily[] = [
  {
    name: 'shardgate_state_objects',
    help: 'Objects in the cache, counted every five seconds at most.',
    type: 'gauge',
    labels: ['kind'],
    read: ({ state }) =>
      Object.entries(state?.objects ?? {}).map(([kind, value]): Sample => ({ labels: { kind }, value })),
  },
  ofStores(
    'shardgate_state_store_stale',
    '1 for a store that may lack changes, 0 for one that has everything.',
    (one) => (one.isStale ? 1 : 0),
  ),
  ofStores(
    'shardgate_state_store_queued_operations',
    'Operations that wait for a store.',
    ({ queuedOperations }) => queuedOperations,
  ),
  ofState(
    'gauge',
    'shardgate_state_waiting_events',
    'Events that wait for stores.',
    ({ waitingEvents }) => waitingEvents,
  ),
  ofState(
    'counter',
    'shardgate_state_operations_total',
    'Changes that events made to the cache.',
    ({ operations }) => operations,
  ),
];
