/** Which dispatches are renamed or held back before they reach `handleDiscordPayload`. Each can be switched off. */
export interface GatewayFilters {
  /**
   * A GUILD_CREATE that is no join (the guild was loading after READY, or an outage is over) is called `GUILD_LOADED_DD`, so that GUILD_CREATE means "the
   * bot joined". Off: every GUILD_CREATE keeps its name; `guildEvent` tells them apart either way. Default true.
   */
  readonly loadedGuilds: boolean;
  /** A GUILD_DELETE or GUILD_CREATE that only says "unavailable" is held back, so that GUILD_DELETE means "the bot left". Default true. */
  readonly unavailableGuilds: boolean;
  /** A MESSAGE_UPDATE that only brings the previews of links is held back. Edits, pins, flags, threads and polls pass. Default true. */
  readonly editedMessages: boolean;
}

export const defaultFilters: GatewayFilters = { loadedGuilds: true, unavailableGuilds: true, editedMessages: true };
