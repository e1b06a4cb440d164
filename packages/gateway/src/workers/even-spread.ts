import type { GatewayManager } from '../gateway-manager.ts';
import { startThroughWorker } from '../spawn-bucket.ts';

/** Workers that so many shards need: one for each `perWorker`, up to `most`. */
export function workersFor(shards: number, perWorker: number, most: number): number {
  return Math.max(1, Math.min(most, Math.ceil(shards / perWorker)));
}

/** The worker of the shard at a place in its row, from 1: neighbours stay together, and no worker has two more than another. */
export function evenWorker(place: number, shards: number, workers: number): number {
  return Math.floor((place * workers) / shards) + 1;
}

/** The worker of a shard among those that are being started, or of this process. */
export function homeOf(gateway: GatewayManager, shardId: number): number {
  const spawning = gateway.runtime.spawn?.shardIds;
  const last = Math.min(gateway.lastShardId ?? gateway.maxShards - 1, gateway.maxShards - 1);
  const [first, shards] =
    spawning?.includes(shardId) === true
      ? [spawning[0] ?? 0, spawning.length]
      : [gateway.firstShardId, Math.max(1, last - gateway.firstShardId + 1)];
  const workers = workersFor(shards, gateway.shardsPerCluster, gateway.maxClusters);
  return Math.min(workers, Math.max(1, evenWorker(shardId - first, shards, workers)));
}

/** `prepareBuckets` of a gateway with a pool: the default gives the last worker whatever is left over, this gives each the same. */
export function prepareEvenBuckets(gateway: GatewayManager, firstShardId: number, lastShardId: number): void {
  const { buckets, maxConcurrency, shardsPerCluster, maxClusters } = gateway;
  const shards = lastShardId - firstShardId + 1;
  const workers = workersFor(shards, shardsPerCluster, maxClusters);
  buckets.clear();
  for (let shardId = firstShardId; shardId <= lastShardId; shardId++) {
    const workerId = evenWorker(shardId - firstShardId, shards, workers);
    const bucketId = shardId % maxConcurrency;
    let bucket = buckets.get(bucketId);
    if (bucket === undefined) buckets.set(bucketId, (bucket = { workers: [], createNextShard: [] }));
    const row = bucket.workers.find(([id]) => id === workerId);
    if (row === undefined) bucket.workers.push([workerId, shardId]);
    else row.push(shardId);
    bucket.createNextShard.push(() => startThroughWorker(gateway, workerId, shardId, bucketId));
  }
}
