import type { GatewayManager } from '../gateway-manager.ts';
import type { Shard } from '../shard/shard.ts';

/**
 * Default of {@link GatewayMethods.safeRequestsPerShard}: the limit less two sends for each heartbeat of a window (the beat, and an answer to a
 * heartbeat request) and two for IDENTIFY or RESUME; at least one, whatever interval a server names.
 */
export function safeRequestsPerShard(gateway: GatewayManager, shard: Shard): number {
  const interval = Math.max(1, shard.heartbeat.interval);
  const beats = shard.heartbeat.interval === 0 ? 2 : Math.ceil(gateway.queueResetInterval / interval);
  return Math.max(1, gateway.maxRequestsPerInterval - beats * 2 - 2);
}
