import type { Clock, GatewayManager } from '@shardgate/gateway';
import type { ShardReconnect } from './service-view.ts';

const KEPT = 20;

/** What one shard went through. */
export interface ShardPast {
  /** Newest first. */
  readonly reconnects: ShardReconnect[];
  /** Wall-clock milliseconds at which its session began; null where an earlier process began it. */
  sessionSince: number | null;
  /** It was ready once, so what it does now is a reconnect. */
  wasReady: boolean;
}

/** What the shards of a gateway went through since the process started. */
export interface ShardJournal {
  of(shardId: number): ShardPast;
}

export function createShardJournal(gateway: GatewayManager, clock: Clock): ShardJournal {
  const pasts = new Map<number, ShardPast>();
  const of = (shardId: number): ShardPast => {
    const known = pasts.get(shardId);
    if (known !== undefined) return known;
    const past: ShardPast = { reconnects: [], sessionSince: null, wasReady: false };
    pasts.set(shardId, past);
    return past;
  };
  gateway.events.on('shardDisconnected', ({ shardId, cause }) => {
    const { reconnects } = of(shardId);
    // Attempts that failed belong to the reconnect that is under way.
    if (reconnects[0]?.how === null) return;
    reconnects.unshift({ at: clock.wallTime(), cause, how: null, tookMs: null });
    reconnects.length = Math.min(reconnects.length, KEPT);
  });
  gateway.events.on('shardReady', ({ shardId, how }) => {
    const past = of(shardId);
    const now = clock.wallTime();
    if (how === 'identified') past.sessionSince = now;
    past.wasReady = true;
    const [last] = past.reconnects;
    if (last?.how === null) past.reconnects[0] = { ...last, how, tookMs: Math.max(0, now - last.at) };
  });
  // The same numbers are other shards now, and they came up unheard.
  gateway.events.on('resharded', ({ to }) => {
    pasts.clear();
    for (const { shardId } of to.shards) Object.assign(of(shardId), { wasReady: true, sessionSince: clock.wallTime() });
  });
  return { of };
}
