import type { Delivery } from '@shardgate/delivery';
import type { GatewayManager } from '@shardgate/gateway';
import type { Configuration } from '../configuration/configuration.ts';
import type { Log } from '../log/create-log.ts';
import { presenceOf } from './create-parts.ts';
import { gatewayEvents, sinkEvents } from './event-choice.ts';

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
  const { whitelist, ignoreEvents } = gatewayEvents(after);
  gateway.whitelist = whitelist === undefined ? undefined : new Set(whitelist);
  gateway.reshard = after.reshard.automatic;
  gateway.reshardPercentage = after.reshard.percentage;
  gateway.ignoreEvents = new Set(ignoreEvents);
  for (const sink of after.sinks) {
    const isMeant = (path: string): boolean => path.startsWith('events.') || path.startsWith(`sinks.${sink.name}.`);
    if (paths.some(isMeant)) delivery.filterSink(delivery, sink.name, sinkEvents(after, sink));
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
