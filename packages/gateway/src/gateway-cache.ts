import { createGuildIdView } from './filters/guild-id-view.ts';
import type { GatewayManager } from './gateway-manager.ts';
import type { GatewayCache } from './gateway-state.ts';

/** Live views of what a manager's shards remember. */
export function createCache(gateway: GatewayManager): GatewayCache {
  function* registries() {
    for (const [shardId, shard] of gateway.shards) yield [shardId, shard.guilds] as const;
  }
  // https://docs.discord.com/developers/events/gateway#sharding-sharding-formula
  const shardOf = (guildId: bigint) =>
    gateway.shards.get(Number((guildId >> 22n) % BigInt(Math.max(1, gateway.maxShards))))?.guilds;
  return {
    guildIds: createGuildIdView({ registries, shardOf, statuses: ['available', 'unavailable'] }),
    loadingGuildIds: createGuildIdView({ registries, shardOf, statuses: ['loading'] }),
    editedMessages: gateway.runtime.editedMessages.stamps,
  };
}
