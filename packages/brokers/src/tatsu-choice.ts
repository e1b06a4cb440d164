import type { DeliveryEvent } from '@shardgate/delivery';

/** Which events consumers of tatsuworks/gateway get. */
export interface EventChoice {
  readonly profile: 'tatsu' | 'all';
  readonly whitelist: ReadonlySet<string> | undefined;
}

/** Whether an event is among them: with profile `tatsu` no READY, no RESUMED, and GUILD_CREATE only for a guild that the bot has joined. */
export function isChosen({ t, guildEvent }: DeliveryEvent, { profile, whitelist }: EventChoice): boolean {
  if (whitelist !== undefined && !whitelist.has(t)) return false;
  if (profile === 'all') return true;
  if (t === 'READY' || t === 'RESUMED' || t === 'GUILD_LOADED_DD') return false;
  // What a guild means is unknown where the gateway's guild filter is off: better one too many.
  return t !== 'GUILD_CREATE' || guildEvent === undefined || guildEvent === 'join';
}
