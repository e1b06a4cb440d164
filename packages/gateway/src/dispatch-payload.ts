import type { Payload } from '@shardgate/wire';
import type { GatewayDispatchPayload } from 'discord-api-types/v10';
import type { GuildEvent } from './filters/guild-registry.ts';

/**
 * One dispatch: Discord's payload (`op`, `t`, `s`, and `d`, which is parsed when first read), its original `bytes`, and what
 * the guild filter found. `t` is `GUILD_LOADED_DD` for a guild that is merely loaded: see `filters.loadedGuilds`.
 */
export type DispatchPayload = (GatewayDispatchPayload | LoadedGuildPayload) &
  Pick<Payload, 'bytes' | 'encoding' | 'toJSON'> & { readonly guildEvent?: GuildEvent };

/** A GUILD_CREATE that is not a join, under the name that Discordeno gave it. */
export interface LoadedGuildPayload {
  readonly op: 0;
  readonly t: 'GUILD_LOADED_DD';
  readonly s: number;
  readonly d: Extract<GatewayDispatchPayload, { t: 'GUILD_CREATE' }>['d'];
}
