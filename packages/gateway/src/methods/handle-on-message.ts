import type { GatewayManager } from '../gateway-manager.ts';
import { receiveFrame } from '../shard/receive.ts';

/** Default of {@link GatewayMethods.handleOnMessage}: the first step of the hot path. */
export function handleOnMessage(gateway: GatewayManager, message: Buffer, shardId: number, isBinary: boolean): void {
  const shard = gateway.shards.get(shardId);
  if (shard?.connection !== undefined) receiveFrame(gateway, shard, shard.connection, message, isBinary);
}
