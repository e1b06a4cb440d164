import type { GatewayManager, GatewayShard, ShardStatus } from '@shardgate/gateway';
import { shardCountOf, shardIdOf } from './shard-lookup.ts';

/** A shard as a bot needs it. No session id: with it and the token the session could be taken over. */
export interface ShardReport {
  readonly shardId: number;
  readonly status: ShardStatus;
  /** From heartbeat to acknowledgement, milliseconds; null while unknown. */
  readonly rtt: number | null;
  readonly guilds: number;
}

/** Answer to `status`. */
export interface StatusReport {
  readonly shardCount: number;
  /** Those of this process. */
  readonly shards: readonly ShardReport[];
}

/** Answer to `shardOf`. */
export interface ShardOfReport {
  readonly shardId: number;
  readonly shardCount: number;
  readonly rtt: number | null;
}

/** One row of the answer to Discordeno's `GET_SHARD_INFO`. */
export interface DiscordenoShardInfo {
  readonly workerId: number;
  readonly shardId: number;
  /** -1 while unknown. */
  readonly rtt: number;
  readonly state: number;
}

/** Discordeno's numbers: connected 0, connecting 1, disconnected 2, unidentified 3, identifying 4, resuming 5, offline 6. */
const DISCORDENO_STATES: Readonly<Record<ShardStatus, number>> = {
  idle: 6,
  waiting: 2,
  connecting: 1,
  greeting: 3,
  queued: 3,
  identifying: 4,
  resuming: 5,
  ready: 0,
  fatal: 6,
  stopped: 6,
};

export function reportStatus(gateway: GatewayManager): StatusReport {
  const shards = Array.from(gateway.shards.values(), reportShard).sort((a, b) => a.shardId - b.shardId);
  return { shardCount: shards.length === 0 ? gateway.maxShards : shardCountOf(gateway), shards };
}

export function reportShardOf(gateway: GatewayManager, guildId: string): ShardOfReport {
  const shardCount = shardCountOf(gateway);
  const shardId = shardIdOf(guildId, shardCount);
  return { shardId, shardCount, rtt: gateway.shards.get(shardId)?.heartbeat.latency ?? null };
}

export function reportToDiscordeno(gateway: GatewayManager): DiscordenoShardInfo[] {
  const workers = new Map<number, number>();
  for (const bucket of gateway.buckets.values())
    for (const [workerId = 0, ...shardIds] of bucket.workers)
      for (const shardId of shardIds) workers.set(shardId, workerId);
  return Array.from(gateway.shards.values(), (shard) => ({
    workerId: workers.get(shard.id) ?? 0,
    shardId: shard.id,
    rtt: shard.heartbeat.latency ?? -1,
    state: DISCORDENO_STATES[shard.status],
  }));
}

function reportShard(shard: GatewayShard): ShardReport {
  const { loading, available, unavailable } = shard.guilds.sizes;
  return {
    shardId: shard.id,
    status: shard.status,
    rtt: shard.heartbeat.latency ?? null,
    guilds: loading + available + unavailable,
  };
}
