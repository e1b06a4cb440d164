/** One identify for each `shard_id % max_concurrency` and five seconds, over all connections of the bot. */
export interface IdentifyLimit {
  /** Takes the bucket. When it is taken already: the milliseconds for which it still is, and nothing changes. */
  take(shardId: number, now: number): number;
  /** The bucket of a shard under the present `max_concurrency`. */
  bucketOf(shardId: number): number;
}

/** Reads `maxConcurrency` and `identifyBucketMs` at each call, so they can be changed at any time. */
export function createIdentifyLimit(settings: {
  readonly maxConcurrency: number;
  readonly identifyBucketMs: number;
}): IdentifyLimit {
  const takenAt = new Map<number, number>();
  const bucketOf = (shardId: number): number => shardId % settings.maxConcurrency;

  return {
    take(shardId, now) {
      const bucket = bucketOf(shardId);
      const last = takenAt.get(bucket);
      const left = last === undefined ? 0 : last + settings.identifyBucketMs - now;
      if (left > 0) return left;
      takenAt.set(bucket, now);
      return 0;
    },
    bucketOf,
  };
}
