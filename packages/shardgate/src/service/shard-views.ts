import type { GatewayManager } from '@shardgate/gateway';
import type { EventMeter } from './event-meter.ts';
import type { ShardDetail, ShardSummary } from './service-view.ts';
import type { ShardCondition } from './shard-condition.ts';
import type { ShardJournal, ShardPast } from './shard-journal.ts';

/** A shard of a gateway; its class is the gateway's own. */
export type Shard = NonNullable<ReturnType<GatewayManager['shards']['get']>>;

/** What a shard looks like to somebody who does not know its phases. */
export function conditionOf({ state, pausedSince }: Shard, { wasReady }: Pick<ShardPast, 'wasReady'>): ShardCondition {
  switch (state.phase.kind) {
    case 'ready':
      return pausedSince === undefined ? 'ready' : 'paused';
    case 'fatal':
      return 'failed';
    case 'stopped':
      return 'stopped';
    case 'idle':
      return 'waiting';
    case 'waiting':
    case 'connecting':
    case 'greeting':
    case 'queued':
    case 'identifying':
    case 'resuming':
      if (wasReady) return 'reconnecting';
      return state.phase.kind === 'waiting' || state.phase.kind === 'queued' ? 'waiting' : 'connecting';
    default:
      return state.phase satisfies never;
  }
}

export function summaryOf(shard: Shard, past: ShardPast, meter: EventMeter): ShardSummary {
  const { available, unavailable } = shard.guilds.sizes;
  return {
    id: shard.id,
    condition: conditionOf(shard, past),
    latencyMs: shard.heartbeat.latency ?? null,
    guilds: available + unavailable,
    events: shard.counts.received,
    eventsPerSecond: meter.ofShard(shard.id),
  };
}

/** One whose turn has not come. */
export function summaryOfMissing(id: number): ShardSummary {
  return { id, condition: 'waiting', latencyMs: null, guilds: 0, events: 0, eventsPerSecond: 0 };
}

export function detailOf(shard: Shard, journal: ShardJournal, meter: EventMeter): ShardDetail {
  const past = journal.of(shard.id);
  const { phase } = shard.state;
  const { identifies, resumes, reconnects, duplicates, filtered, hookErrors, protocolErrors } = shard.counts;
  return {
    ...summaryOf(shard, past, meter),
    sessionId: shard.sessionId === '' ? null : shard.sessionId,
    sessionSince: past.sessionSince,
    sequence: shard.sessionId === '' ? null : shard.tracker.received,
    pending: shard.inFlightEvents,
    unavailableGuilds: shard.guilds.sizes.unavailable,
    heartbeatIntervalMs: shard.heartbeat.interval,
    counts: { identifies, resumes, reconnects, duplicates, filtered, hookErrors, protocolErrors },
    failure: phase.kind === 'fatal' ? { code: phase.code, closeCode: phase.closeCode, remedy: phase.remedy } : null,
    reconnects: past.reconnects,
  };
}
