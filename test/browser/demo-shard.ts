import type { ShardDetail, ShardReconnect, ShardSummary } from '../../packages/shardgate/src/service/service-view.ts';
import type { ShardCondition } from '../../packages/shardgate/src/service/shard-condition.ts';

/** A made-up shard, changed in place by its world. */
export interface DemoShard {
  readonly id: number;
  condition: ShardCondition;
  /** Seconds until it goes on by itself. */
  wait: number;
  /** Stays away as long as this holds. */
  held: boolean;
  latencyMs: number | null;
  events: number;
  eventsPerSecond: number;
  sessionSince: number | null;
  sessions: number;
  resumes: number;
  reconnects: ShardReconnect[];
  lag: number;
}

export function createDemoShard(id: number, wait: number): DemoShard {
  return {
    id,
    condition: 'waiting',
    wait,
    held: false,
    latencyMs: null,
    events: 0,
    eventsPerSecond: 0,
    sessionSince: null,
    sessions: 0,
    resumes: 0,
    reconnects: [],
    lag: 0,
  };
}

const guildsOf = ({ id }: DemoShard): number => 1_700 + ((id * 37) % 400);

export function summaryOf(shard: DemoShard): ShardSummary {
  const { id, condition, latencyMs, events, eventsPerSecond } = shard;
  return { id, condition, latencyMs, guilds: shard.sessions > 0 ? guildsOf(shard) : 0, events, eventsPerSecond };
}

export function detailOf(shard: DemoShard): ShardDetail {
  return {
    ...summaryOf(shard),
    sessionId: shard.sessions > 0 ? `5e55101d${String(shard.id).padStart(4, '0')}${shard.sessions}` : null,
    sessionSince: shard.sessionSince,
    sequence: shard.sessions > 0 ? shard.events : null,
    pending: shard.lag,
    unavailableGuilds: 0,
    heartbeatIntervalMs: 41_250,
    counts: {
      identifies: shard.sessions,
      resumes: shard.resumes,
      reconnects: shard.reconnects.length,
      duplicates: 0,
      filtered: Math.floor(shard.events / 9),
      hookErrors: 0,
      protocolErrors: 0,
    },
    failure:
      shard.condition === 'failed'
        ? { code: 'DISALLOWED_INTENTS', closeCode: 4014, remedy: 'Enable the intents in the portal, or drop them.' }
        : null,
    reconnects: shard.reconnects,
  };
}
