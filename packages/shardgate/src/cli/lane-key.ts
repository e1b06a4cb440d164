import { InvalidArgumentError } from 'commander';
import type { LaneKey } from '@shardgate/delivery';

/** Parses an option's value as a lane, `<shard>/<shardCount>`. */
export function laneKey(text: string): LaneKey {
  const [, shardId, shardCount] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (shardId === undefined || Number(shardId) >= Number(shardCount))
    throw new InvalidArgumentError('Give a shard and the shard count, such as 0/4.');
  return { shardId: Number(shardId), shardCount: Number(shardCount) };
}
