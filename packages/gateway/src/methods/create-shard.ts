import { GatewayError } from '../errors.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import type { GatewaySocket } from '../ports/socket.ts';
import { socketHandlers } from '../shard/socket-handlers.ts';
import { shardOf } from './shard-of.ts';

/** Default of {@link GatewayMethods.createShard}. */
export function createShard(gateway: GatewayManager, shardId: number): GatewaySocket {
  const shard = shardOf(gateway, shardId);
  const { connection } = shard;
  if (connection === undefined)
    throw new GatewayError('stopped', `shard ${shardId} is not connecting; call identify or resume`, { shardId });
  return gateway.openSocket(connection.url, socketHandlers(shard, connection));
}
