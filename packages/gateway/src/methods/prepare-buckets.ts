import type { GatewayManager } from '../gateway-manager.ts';
import { startThroughWorker } from '../spawn-bucket.ts';

/**
 * Default of {@link GatewayMethods.prepareBuckets}. Workers are numbered from 1 and take `shardsPerCluster` neighbouring ids each; the last one takes what
 * is left over. (Discordeno filled its rows bucket by bucket, which put most shards on the last worker.)
 */
export function prepareBuckets(gateway: GatewayManager, firstShardId: number, lastShardId: number): void {
  const { buckets, maxConcurrency, shardsPerCluster, maxClusters } = gateway;
  buckets.clear();
  for (let shardId = firstShardId; shardId <= lastShardId; shardId++) {
    const workerId = Math.min(Math.floor((shardId - firstShardId) / shardsPerCluster), maxClusters - 1) + 1;
    const bucketId = shardId % maxConcurrency;
    let bucket = buckets.get(bucketId);
    if (bucket === undefined) {
      bucket = { workers: [], createNextShard: [] };
      buckets.set(bucketId, bucket);
    }
    const row = bucket.workers.find(([id]) => id === workerId);
    if (row === undefined) bucket.workers.push([workerId, shardId]);
    else row.push(shardId);
    bucket.createNextShard.push(() => startThroughWorker(gateway, workerId, shardId, bucketId));
  }
}
