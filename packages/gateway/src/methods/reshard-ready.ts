import type { GatewayManager, Reshard } from '../gateway-manager.ts';
import { Intents } from '../intents.ts';

/** Default of {@link GatewayMethods.reshardReady}. */
export function reshardReady(gateway: GatewayManager, { next }: Reshard): boolean {
  for (const shard of next.shards.values()) if (!shard.ready) return false;
  // Without this intent Discord tells of no guild.
  if ((gateway.intents & Intents.Guilds) === 0) return true;
  for (const shard of next.shards.values()) if (!shard.guildsAnnounced) return false;
  for (const shard of gateway.shards.values()) {
    for (const id of shard.guilds.ids('available')) {
      const other = next.shards.get(Number((BigInt(id) >> 22n) % BigInt(next.maxShards)));
      const status = other?.guilds.status(id);
      // Still loading there; or the bot has left, and the old shard has still to say so.
      if (status === 'loading' || status === 'absent') return false;
    }
  }
  return true;
}
