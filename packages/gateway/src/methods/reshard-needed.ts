import type { GatewayManager } from '../gateway-manager.ts';
import { note } from '../report.ts';
import { refreshGatewayBot } from '../refresh-gateway-bot.ts';
import type { ReshardNeed } from '../reshard/reshard-status.ts';
import { wantedShards } from './wanted-shards.ts';

/** Guilds that one shard may have. https://docs.discord.com/developers/events/gateway#sharding */
const GUILDS_PER_SHARD = 2_500;
/** Guilds for which Discord recommends one shard. */
const GUILDS_PER_RECOMMENDED_SHARD = 1_000;

/** Default of {@link GatewayMethods.reshardNeeded}: from the guilds that the shards have, and what Discord recommends. */
export async function reshardNeeded(gateway: GatewayManager): Promise<ReshardNeed> {
  // What is known serves where Discord does not answer.
  await refreshGatewayBot(gateway).catch((error: unknown) => note(gateway, 'GW REFRESH', error));
  const { shards, maxShards, reshardPercentage } = gateway;
  let guilds = 0;
  for (const shard of shards.values()) {
    const { available, unavailable, loading } = shard.guilds.sizes;
    guilds += available + unavailable + loading;
  }
  const own = Math.max(1, shards.size);
  const fillPercent = (guilds / (own * GUILDS_PER_SHARD)) * 100;
  const filling = Math.ceil(((guilds / own) * maxShards) / GUILDS_PER_RECOMMENDED_SHARD);
  const wanted = wantedShards(gateway, Math.max(1, gateway.shardsRecommended, filling));
  const state = `${guilds} guilds on ${shards.size} shards are ${fillPercent.toFixed(1)} % of what they can hold`;
  if (fillPercent < reshardPercentage)
    return { needed: false, reason: `${state}, less than ${reshardPercentage} %`, fillPercent, maxShards: wanted };
  if (wanted <= maxShards)
    return { needed: false, reason: `${state}, but no more than ${wanted} shards are wanted`, fillPercent, maxShards };
  return { needed: true, reason: `${state}, ${reshardPercentage} % or more`, fillPercent, maxShards: wanted };
}
