import type { GatewayManager } from '@shardgate/gateway';
import type { ReshardCheck, ReshardOrder } from './reshard-view.ts';

/** Guilds that one shard may have. https://docs.discord.com/developers/events/gateway#sharding */
const GUILDS_PER_SHARD = 2_500;

/** Guilds of the shards, percent of what they can hold. */
export function fillPercentOf({ shards }: GatewayManager): number {
  let guilds = 0;
  for (const { guilds: own } of shards.values())
    guilds += own.sizes.available + own.sizes.unavailable + own.sizes.loading;
  return (guilds / (Math.max(1, shards.size) * GUILDS_PER_SHARD)) * 100;
}

/** Whether a reshard is called for, and what it would cost to go where the order says, else where it is called for. */
export async function checkReshard(
  gateway: GatewayManager,
  { count, first = 0, last }: ReshardOrder,
): Promise<ReshardCheck> {
  const need = await gateway.reshardNeeded(gateway);
  const maxShards = count ?? need.maxShards;
  const identifies = Math.max(0, Math.min(last ?? maxShards - 1, maxShards - 1) - first + 1);
  const { remaining, reserve } = gateway.runtime.governor.status;
  return {
    ...need,
    maxShards,
    shards: gateway.maxShards,
    identifies,
    remaining,
    reserve,
    affordable: remaining - reserve >= identifies,
    etaMs: Math.ceil(identifies / gateway.maxConcurrency) * gateway.runtime.identifySpacingMs,
  };
}
