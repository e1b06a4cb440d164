import type { GatewayManager } from '@shardgate/gateway';
import type { EventOrigin } from './reducer.ts';

/** Where an event of a gateway's shard came from. */
export function originOf(gateway: GatewayManager, shardId: number): EventOrigin {
  const shard = gateway.shards.get(shardId);
  return { shardId, shardCount: shard?.shardCount ?? 1, botId: shard?.userId ?? null };
}
