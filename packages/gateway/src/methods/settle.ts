import type { GatewayManager } from '../gateway-manager.ts';
import { settleHeld } from '../shard/in-flight.ts';

/** Default of {@link GatewayMethods.settle}. */
export function settle(gateway: GatewayManager, shardId: number, sessionId: string, sequence: number): void {
  const shard = gateway.shards.get(shardId);
  if (shard !== undefined && shard.sessionId === sessionId) settleHeld(gateway, shard, sequence);
}
