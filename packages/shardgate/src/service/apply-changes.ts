import type { Delivery } from '@shardgate/delivery';
import type { GatewayManager } from '@shardgate/gateway';
import type { Configuration } from '../configuration/configuration.ts';
import type { Log } from '../log/create-log.ts';
import { presenceOf } from './create-parts.ts';

export interface ChangingParts {
  readonly gateway: GatewayManager;
  readonly delivery: Delivery;
  readonly log: Log;
}

/** Op of a presence update. https://docs.discord.com/developers/events/gateway-events#update-presence */
const UPDATE_PRESENCE = 3;

/** Takes over what a running service can take over; all other values are left as they are. */
export function applyChanges(
  paths: readonly string[],
  after: Configuration,
  { gateway, delivery, log }: ChangingParts,
): void {
  log.level = after.log.level;
  gateway.filters = { ...after.filters };
  gateway.whitelist = after.events.whitelist === null ? undefined : new Set(after.events.whitelist);
  gateway.reshard = after.reshard.automatic;
  gateway.reshardPercentage = after.reshard.percentage;
  gateway.ignoreEvents = new Set(after.events.ignore);
  for (const { name, events, ignoreEvents } of after.sinks) {
    if (!paths.some((path) => path.startsWith(`sinks.${name}.`))) continue;
    delivery.filterSink(delivery, name, { ...(events === null ? {} : { events }), ignoreEvents });
  }
  if (paths.some((path) => path.startsWith('presence'))) showPresence(gateway, after);
}

function showPresence(gateway: GatewayManager, { presence }: Configuration): void {
  const d = presenceOf(presence);
  gateway.presence = d;
  for (const shardId of gateway.shards.keys()) {
    // A shard that cannot send now shows it with its next session.
    gateway.sendShardMessage(gateway, shardId, { op: UPDATE_PRESENCE, d }).catch(() => {});
  }
}
