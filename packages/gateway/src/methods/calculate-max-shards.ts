import { LARGE_BOT_MULTIPLE, LARGE_BOT_SHARDS } from '../discord-limits.ts';

/**
 * Default of {@link GatewayMethods.calculateMaxShards}: as wanted below 100 shards, from there on rounded up to a multiple of `maxConcurrency` (of 16 while
 * that is 1), as large-bot sharding demands.
 *
 * @see https://docs.discord.com/developers/events/gateway#sharding-for-large-bots
 */
export function calculateMaxShards(maxShards: number, maxConcurrency: number): number {
  if (maxShards < LARGE_BOT_SHARDS) return maxShards;
  const multiple = maxConcurrency > 1 ? maxConcurrency : LARGE_BOT_MULTIPLE;
  return Math.ceil(maxShards / multiple) * multiple;
}
