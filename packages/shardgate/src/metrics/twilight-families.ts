import type { EntityKind } from '@shardgate/state';
import type { ShardCondition } from '../service/shard-condition.ts';
import { single, type MetricFamily, type Reading } from './metric-family.ts';

/** What twilight-dispatch calls each condition. It tells resuming from identifying while it connects; from outside that cannot be seen. */
const STATUS_OF: Readonly<Record<ShardCondition, string>> = {
  ready: 'Connected',
  paused: 'Connected',
  connecting: 'Handshaking',
  reconnecting: 'Resuming',
  waiting: 'Disconnected',
  failed: 'Disconnected',
  stopped: 'Disconnected',
};
/** Its figures of the cache. */
const CACHED: Readonly<Record<string, readonly [kind: EntityKind, help: string]>> = {
  state_guilds: ['guild', 'Guilds.'],
  state_channels: ['channel', 'Channels in the cache.'],
  state_messages: ['message', 'Messages in the cache.'],
  state_roles: ['role', 'Roles in the cache.'],
  state_emojis: ['emoji', 'Emojis in the cache.'],
  state_members: ['member', 'Members in the cache.'],
  state_presences: ['presence', 'Presences in the cache.'],
  state_voices: ['voiceState', 'Voice states in the cache.'],
};
const STATUSES = ['Connected', 'Disconnected', 'Handshaking', 'Identifying', 'Resuming'];

/**
 * The metrics of twilight-dispatch, so that what was built on them goes on: as far as there are figures for them. Its counters have no `_total`,
 * and its latencies are milliseconds.
 */
export const twilightFamilies: readonly MetricFamily[] = [
  {
    name: 'gateway_events',
    help: 'Received gateway events.',
    type: 'counter',
    labels: ['type'],
    read: ({ rates }) => rates.map(({ type, count }) => ({ labels: { type }, value: count })),
  },
  {
    name: 'gateway_shard_events',
    help: 'Received shard life-cycle events.',
    type: 'counter',
    labels: ['type'],
    read: (reading) => Object.entries(lifeCycle(reading)).map(([type, value]) => ({ labels: { type }, value })),
  },
  single('gauge', 'gateway_shards', 'Shards of this process.', ({ overview }) => overview.shardsHere),
  {
    name: 'gateway_statuses',
    help: 'Shards in each status.',
    type: 'gauge',
    labels: ['type'],
    read: ({ overview }) =>
      STATUSES.map((type) => ({
        labels: { type },
        value: Object.entries(overview.shards)
          .filter(([condition]) => STATUS_OF[condition as ShardCondition] === type)
          .reduce((sum, [, count]) => sum + count, 0),
      })),
  },
  {
    name: 'gateway_latencies',
    help: 'Newest heartbeat latency, milliseconds.',
    type: 'gauge',
    labels: ['shard'],
    read: ({ shards }) => shards.map(({ id, latencyMs }) => ({ labels: { shard: String(id) }, value: latencyMs ?? 0 })),
  },
  // There they are what the cache has; without one, only guilds are known.
  ...Object.entries(CACHED).map(([name, [kind, help]]) =>
    single('gauge', name, help, ({ state, overview }) => {
      const cached = state?.objects?.[kind] ?? null;
      return cached === null && kind === 'guild' ? overview.guilds : cached;
    }),
  ),
];

/** READY and RESUMED make a shard "Connected" there; a connection that is lost is both "Disconnected" and "Reconnecting". */
function lifeCycle({ details, rates }: Reading): Record<string, number> {
  const sum = (of: 'identifies' | 'resumes' | 'reconnects'): number =>
    details.reduce((total, { counts }) => total + counts[of], 0);
  const received = (name: string): number => rates.find(({ type }) => type === name)?.count ?? 0;
  const [identifies, resumes, reconnects] = [sum('identifies'), sum('resumes'), sum('reconnects')];
  const [readies, resumed] = [received('READY'), received('RESUMED')];
  return {
    Connecting: identifies + resumes,
    Identifying: identifies,
    Resuming: resumes,
    Connected: readies + resumed,
    Ready: readies,
    Resumed: resumed,
    Disconnected: reconnects,
    Reconnecting: reconnects,
  };
}
