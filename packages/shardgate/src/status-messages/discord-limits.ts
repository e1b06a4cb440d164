/** @see https://docs.discord.com/developers/resources/message#embed-object-embed-limits */
export const TITLE_LENGTH = 256;
/** @see https://docs.discord.com/developers/resources/message#embed-object-embed-limits */
export const DESCRIPTION_LENGTH = 4_096;
/** All texts of all embeds of one message together. @see https://docs.discord.com/developers/resources/message#embed-object-embed-limits */
export const MESSAGE_LENGTH = 6_000;
/** @see https://docs.discord.com/developers/resources/message#create-message-jsonform-params */
export const EMBEDS_PER_MESSAGE = 10;
/** Longest name of a guild. @see https://docs.discord.com/developers/resources/guild#guild-object */
export const GUILD_NAME_LENGTH = 100;
