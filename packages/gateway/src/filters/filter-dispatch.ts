import type { Payload } from '@shardgate/wire';
import type { GatewayManager } from '../gateway-manager.ts';
import type { Shard } from '../shard/shard.ts';
import type { GuildEvent } from './guild-registry.ts';
import { guildHeardOf } from './guilds-loaded.ts';

/** Name of a GUILD_CREATE that is no join; Discordeno's word for it. Why also after an outage: docs/decisions/0001. */
export const LOADED_GUILD = 'GUILD_LOADED_DD';

/**
 * Looks at the three events that need it and lets everything else pass untouched, its `d` unparsed.
 *
 * @returns what is to be handed over, or undefined for an event that is held back
 */
export function filterDispatch(gateway: GatewayManager, shard: Shard, payload: Payload): Payload | undefined {
  switch (payload.t) {
    // The registry of guilds hears of these two even when nobody else wants to.
    case 'GUILD_CREATE':
      return ifWanted(gateway, guildCreated(gateway, shard, payload));
    case 'GUILD_DELETE':
      return ifWanted(gateway, guildDeleted(gateway, shard, payload));
    case 'MESSAGE_UPDATE':
      return ifWanted(gateway, payload) !== undefined && isRealEdit(gateway, payload) ? payload : undefined;
    default:
      return ifWanted(gateway, payload);
  }
}

/** What `whitelist` and `ignoreEvents` let through, by the name under which it is handed over. */
export function ifWanted(gateway: GatewayManager, payload: Payload | undefined): Payload | undefined {
  if (payload === undefined || payload.t === null) return payload;
  const { whitelist, ignoreEvents } = gateway;
  if (whitelist !== undefined && !whitelist.has(payload.t)) return undefined;
  return ignoreEvents.size > 0 && ignoreEvents.has(payload.t) ? undefined : payload;
}

function isRealEdit(gateway: GatewayManager, payload: Payload): boolean {
  return !gateway.filters.editedMessages || gateway.runtime.editedMessages.isRealEdit(payload);
}

function guildCreated(gateway: GatewayManager, shard: Shard, payload: Payload): Payload | undefined {
  const guild = readGuild(payload.d);
  if (guild === undefined) return payload;
  // A full GUILD_CREATE carries `unavailable: false`; the one that only tells of an outage has nothing but the id.
  const event = shard.guilds.created(guild.id, guild.unavailable && !guild.full, payload.s ?? shard.tracker.received);
  guildHeardOf(gateway, shard);
  if (event === 'outage') return gateway.filters.unavailableGuilds ? undefined : marked(payload, event);
  const told = event === 'replaced' ? 'available' : event;
  if (told === 'join' || !gateway.filters.loadedGuilds) return marked(payload, told);
  return marked(payload.withName(LOADED_GUILD), told);
}

function guildDeleted(gateway: GatewayManager, shard: Shard, payload: Payload): Payload | undefined {
  const guild = readGuild(payload.d);
  if (guild === undefined) return payload;
  const event = shard.guilds.deleted(guild.id, guild.unavailable, payload.s ?? shard.tracker.received);
  guildHeardOf(gateway, shard);
  if (event === 'leave') return marked(payload, event);
  return gateway.filters.unavailableGuilds ? undefined : marked(payload, 'outage');
}

/** Notes on a payload what a guild event means. */
export function marked(payload: Payload, guildEvent: GuildEvent): Payload {
  return Object.assign(payload, { guildEvent });
}

/** What was noted. */
export function guildEventOf(payload: Payload & { readonly guildEvent?: GuildEvent }): GuildEvent | undefined {
  return payload.guildEvent;
}

function readGuild(d: unknown): { id: string; unavailable: boolean; full: boolean } | undefined {
  if (typeof d !== 'object' || d === null) return undefined;
  const { id, unavailable, name } = d as Record<string, unknown>;
  if (typeof id !== 'string') return undefined;
  // A copy: the id must not keep the guild's whole text in memory.
  return {
    id: Buffer.from(id, 'latin1').toString('latin1'),
    unavailable: unavailable === true,
    full: name !== undefined,
  };
}
