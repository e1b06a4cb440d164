/** All members of a guild may be asked for once in this time. https://docs.discord.com/developers/events/gateway-events#request-guild-members */
export const ALL_MEMBERS_WINDOW_MS = 30_000;

/** Added to it: two requests may take different times on their way. */
export const ALL_MEMBERS_SLACK_MS = 250;

/** Ids in one member request, and members that a query gives; same page. */
export const MEMBERS_PER_REQUEST = 100;

/** Longest nonce; Discord leaves out a longer one without a word. Same page. */
export const NONCE_BYTES = 32;

/** Guild ids in one op 31: about 180 of 20 digits fill 4,096 bytes. https://docs.discord.com/developers/events/gateway-events#request-soundboard-sounds */
export const GUILDS_PER_SOUNDBOARD_REQUEST = 150;
