import type { ShardDetail, ShardSummary } from '../service/service-view.ts';
import { single, type MetricFamily, type Reading, type Sample } from './metric-family.ts';
import { toSeconds } from './seconds.ts';

/** The shards: how many there are in which condition, and each by itself. */
export const shardFamilies: readonly MetricFamily[] = [
  {
    name: 'shardgate_shards',
    help: 'Shards of this process, by condition.',
    type: 'gauge',
    labels: ['condition'],
    read: ({ overview }) =>
      Object.entries(overview.shards).map(([condition, value]) => ({ labels: { condition }, value })),
  },
  single(
    'gauge',
    'shardgate_bot_shards',
    'Shards of the whole bot, in this process and in others.',
    ({ overview }) => overview.shardsTotal,
  ),
  each('gauge', 'shardgate_shard_ready', '1 while the shard is ready, else 0.', ({ condition }) =>
    condition === 'ready' ? 1 : 0,
  ),
  each(
    'gauge',
    'shardgate_shard_latency_seconds',
    'From heartbeat to acknowledgement; absent before the first.',
    ({ latencyMs }) => toSeconds(latencyMs),
  ),
  each('gauge', 'shardgate_shard_guilds', 'Guilds of the shard; Discord allows 2,500.', ({ guilds }) => guilds),
  each('counter', 'shardgate_shard_events_total', 'Events received, by shard.', ({ events }) => events),
  single('gauge', 'shardgate_pending_events', 'Events received and not yet settled.', ({ details }) =>
    details.reduce((sum, { pending }) => sum + pending, 0),
  ),
  summed('shardgate_identifies_total', 'IDENTIFY sent: new sessions asked for.', ({ identifies }) => identifies),
  summed('shardgate_resumes_total', 'RESUME sent: sessions continued.', ({ resumes }) => resumes),
  summed('shardgate_reconnects_total', 'Connections lost or given up.', ({ reconnects }) => reconnects),
  summed(
    'shardgate_duplicate_events_total',
    'Events that Discord sent again and that were dropped.',
    ({ duplicates }) => duplicates,
  ),
  summed('shardgate_filtered_events_total', 'Events held back by a filter.', ({ filtered }) => filtered),
  summed('shardgate_hook_errors_total', 'Overridden methods that threw or rejected.', ({ hookErrors }) => hookErrors),
  summed(
    'shardgate_protocol_errors_total',
    'Frames from Discord that could not be understood.',
    ({ protocolErrors }) => protocolErrors,
  ),
];

/** A figure of each shard. */
function each(
  type: MetricFamily['type'],
  name: string,
  help: string,
  valueOf: (shard: ShardSummary) => number | null,
): MetricFamily {
  const sample = (shard: ShardSummary): Sample => ({ labels: { shard: String(shard.id) }, value: valueOf(shard) });
  return { name, help, type, labels: ['shard'], read: ({ shards }: Reading) => shards.map(sample) };
}

/** A count of every shard, as their sum. */
function summed(name: string, help: string, countOf: (counts: ShardDetail['counts']) => number): MetricFamily {
  const sample = ({ id, counts }: ShardDetail): Sample => ({ value: countOf(counts), source: String(id) });
  return { name, help, type: 'counter', read: ({ details }) => details.map(sample) };
}
