/**
 * Gateway intents by name: what Discord sends to a session. Names as Discord writes them, in Pascal case.
 *
 * @see https://docs.discord.com/developers/events/gateway#list-of-intents
 */
export const Intents = {
  Guilds: 1,
  /** Privileged. */
  GuildMembers: 2,
  GuildModeration: 4,
  GuildExpressions: 8,
  GuildIntegrations: 16,
  GuildWebhooks: 32,
  GuildInvites: 64,
  GuildVoiceStates: 128,
  /** Privileged. */
  GuildPresences: 256,
  GuildMessages: 512,
  GuildMessageReactions: 1024,
  GuildMessageTyping: 2048,
  DirectMessages: 4096,
  DirectMessageReactions: 8192,
  DirectMessageTyping: 16384,
  /** Privileged. */
  MessageContent: 32768,
  GuildScheduledEvents: 65536,
  AutoModerationConfiguration: 1048576,
  AutoModerationExecution: 2097152,
  GuildMessagePolls: 16777216,
  DirectMessagePolls: 33554432,
  /** Former name of `GuildModeration`. */
  GuildBans: 4,
  /** Former name of `GuildExpressions`. */
  GuildEmojis: 8,
} as const;

/** Name of an intent; the upper-case spelling of Discord's table (`GUILD_MESSAGES`) works as well. */
export type IntentName = keyof typeof Intents;

/** Every intent that exists. */
export const ALL_INTENTS: number = Object.values(Intents).reduce((bits, bit) => bits | bit, 0);

/** The bits of an intent's name in either spelling, or undefined. */
export function intentBits(name: string): number | undefined {
  const wanted = name.replaceAll('_', '').toLowerCase();
  for (const [known, bits] of Object.entries(Intents)) if (known.toLowerCase() === wanted) return bits;
  return undefined;
}
