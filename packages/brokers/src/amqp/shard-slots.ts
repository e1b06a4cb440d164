/**
 * Shares a number of slots among shards: a shard may hold as many as it leaves free, so that however many shards are flooded there are always
 * some for the next.
 */
export interface ShardSlots {
  /** Takes one, or none if the shard has had its share. */
  take(shardId: number): boolean;
  free(shardId: number): void;
  readonly taken: number;
}

export function createShardSlots(total: number): ShardSlots {
  const held = new Map<number, number>();
  let taken = 0;
  return {
    take(shardId) {
      const own = held.get(shardId) ?? 0;
      if (own >= Math.max(1, total - taken)) return false;
      held.set(shardId, own + 1);
      taken++;
      return true;
    },
    free(shardId) {
      const own = (held.get(shardId) ?? 1) - 1;
      if (own === 0) held.delete(shardId);
      else held.set(shardId, own);
      taken--;
    },
    get taken() {
      return taken;
    },
  };
}
