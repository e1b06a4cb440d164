import { single, type MetricFamily } from './metric-family.ts';

const PHASES = ['idle', 'preparing', 'aligning', 'cutting', 'closing'] as const;

/** How full the shards are, and the way to more of them. */
export const reshardFamilies: readonly MetricFamily[] = [
  single(
    'gauge',
    'shardgate_shard_fill_ratio',
    'Guilds of the shards of this process, of the 2,500 that each can hold.',
    ({ reshard }) => reshard.fillPercent / 100,
  ),
  {
    name: 'shardgate_reshard_phase',
    help: '1 for the phase that resharding is in, 0 for the others.',
    type: 'gauge',
    labels: ['phase'],
    read: ({ reshard: { running } }) =>
      PHASES.map((phase) => ({ labels: { phase }, value: (running?.phase ?? 'idle') === phase ? 1 : 0 })),
  },
  single('gauge', 'shardgate_reshard_new_shards', 'New shards that a reshard brings; 0 without one.', ({ reshard }) => {
    return reshard.running?.total ?? 0;
  }),
  single(
    'gauge',
    'shardgate_reshard_new_shards_ready',
    'New shards that are ready; 0 without a reshard.',
    (reading) => {
      return reading.reshard.running?.ready ?? 0;
    },
  ),
  single(
    'gauge',
    'shardgate_reshard_held_events',
    'Events of new shards that wait for their old counterpart.',
    ({ reshard }) => reshard.running?.heldEvents ?? 0,
  ),
  single(
    'gauge',
    'shardgate_reshard_held_bytes',
    'Bytes of the events that wait so.',
    ({ reshard }) => reshard.running?.heldBytes ?? 0,
  ),
  {
    name: 'shardgate_reshards_total',
    help: 'Reshards that ended, by how: done, refused (not begun) or rolledBack (given up).',
    type: 'counter',
    labels: ['result'],
    read: ({ reshard }) =>
      Object.entries(reshard.ended).map(([result, value]) => ({ labels: { result }, value, source: result })),
  },
];
