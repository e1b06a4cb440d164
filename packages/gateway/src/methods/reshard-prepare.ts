import type { GatewayManager, Reshard } from '../gateway-manager.ts';
import { ensureShard } from './shard-of.ts';

/** Default of {@link GatewayMethods.reshardPrepare}. */
export async function reshardPrepare(gateway: GatewayManager, reshard: Reshard): Promise<void> {
  const { next, streams, to } = reshard;
  const [maxShards, firstShardId, lastShardId] = to;
  gateway.runtime.crossing = streams.old;
  next.runtime.crossing = streams.next;
  for (let shardId = firstShardId; shardId <= (lastShardId ?? maxShards - 1); shardId++) {
    const shard = ensureShard(next, shardId, maxShards);
    shard.presence = gateway.shards.get(shardId % gateway.maxShards)?.presence;
  }
  await next.spawnShards(next, firstShardId);
}
