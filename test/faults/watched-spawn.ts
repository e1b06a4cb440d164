import { spawnShards, type GatewayMethods } from '@shardgate/gateway';

/** A `spawnShards` for a gateway's options, and what its promise came to. */
export interface WatchedSpawn {
  readonly spawnShards: GatewayMethods['spawnShards'];
  /** `pending`, `resolved`, or the error it rejected with. */
  readonly outcome: () => unknown;
}

/** The default of `spawnShards`, watched. */
export function watchSpawn(): WatchedSpawn {
  let outcome: unknown = 'pending';
  return {
    spawnShards(gateway, firstShardId) {
      const spawned = spawnShards(gateway, firstShardId);
      spawned.then(
        () => (outcome = 'resolved'),
        (error: unknown) => (outcome = error),
      );
      return spawned;
    },
    outcome: () => outcome,
  };
}
