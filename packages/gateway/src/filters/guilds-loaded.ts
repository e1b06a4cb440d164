import type { GatewayManager } from '../gateway-manager.ts';
import { report } from '../report.ts';
import type { Shard } from '../shard/shard.ts';

/** Silence after which the guilds that are still missing are given up, milliseconds. Nothing waits for them; only the word that all are there does. */
const GIVE_UP_MS = 30_000;

/** READY came, or a guild of the shard was created or deleted: tells when none of READY's list is missing any more. */
export function guildHeardOf(gateway: GatewayManager, shard: Shard): void {
  if (shard.guildsAnnounced) return;
  shard.lastGuildAt = gateway.clock.now();
  if (shard.guilds.sizes.loading === 0) announce(gateway, shard);
}

/** Tells that the guilds are as complete as they will be, when none has come for a while. */
export function giveUpMissingGuilds(gateway: GatewayManager, shard: Shard): void {
  if (shard.guildsAnnounced || !shard.ready) return;
  if (gateway.clock.now() - shard.lastGuildAt > GIVE_UP_MS) announce(gateway, shard);
}

function announce(gateway: GatewayManager, shard: Shard): void {
  shard.guildsAnnounced = true;
  const { available, unavailable, loading } = shard.guilds.sizes;
  report(gateway, 'guildsLoaded', { shardId: shard.id, available, unavailable, missing: loading });
}
