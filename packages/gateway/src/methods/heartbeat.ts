import type { GatewayManager } from '../gateway-manager.ts';
import { applyInput } from '../shard/apply.ts';
import { shardOf } from './shard-of.ts';

/** Default of {@link GatewayMethods.heartbeat}. */
export function heartbeat(gateway: GatewayManager, shardId: number, interval: number): void {
  applyInput(gateway, shardOf(gateway, shardId), { type: 'startHeartbeat', intervalMs: interval });
}
