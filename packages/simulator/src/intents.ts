/** Intent bits. https://docs.discord.com/developers/events/gateway#list-of-intents */
export const Intent = {
  guilds: 1,
  guildMembers: 2,
  guildModeration: 4,
  guildExpressions: 8,
  guildIntegrations: 16,
  guildWebhooks: 32,
  guildInvites: 64,
  guildVoiceStates: 128,
  guildPresences: 256,
  guildMessages: 512,
  guildMessageReactions: 1_024,
  guildMessageTyping: 2_048,
  directMessages: 4_096,
  directMessageReactions: 8_192,
  directMessageTyping: 16_384,
  messageContent: 32_768,
  guildScheduledEvents: 65_536,
  autoModerationConfiguration: 1_048_576,
  autoModerationExecution: 2_097_152,
  guildMessagePolls: 16_777_216,
  directMessagePolls: 33_554_432,
} as const;

/** Every bit that has a meaning. */
export const ALL_INTENTS: number = Object.values(Intent).reduce((sum, bit) => sum | bit, 0);

/** Bits that need Discord's permission. https://docs.discord.com/developers/events/gateway#privileged-intents */
export const PRIVILEGED_INTENTS: number = Intent.guildMembers | Intent.guildPresences | Intent.messageContent;

/** Intents of which one is needed to get an event: in a guild, and outside of one. */
interface Gate {
  readonly guild: number;
  readonly direct: number;
}

const gate = (guild: number, direct = 0): Gate => ({ guild, direct });

const GATES_BY_NAME: Readonly<Record<string, Gate>> = {
  CHANNEL_PINS_UPDATE: gate(Intent.guilds, Intent.directMessages),
  VOICE_CHANNEL_STATUS_UPDATE: gate(Intent.guilds),
  VOICE_CHANNEL_START_TIME_UPDATE: gate(Intent.guilds),
  VOICE_CHANNEL_EFFECT_SEND: gate(Intent.guildVoiceStates),
  VOICE_STATE_UPDATE: gate(Intent.guildVoiceStates),
  THREAD_MEMBERS_UPDATE: gate(Intent.guilds | Intent.guildMembers),
  GUILD_AUDIT_LOG_ENTRY_CREATE: gate(Intent.guildModeration),
  GUILD_INTEGRATIONS_UPDATE: gate(Intent.guildIntegrations),
  GUILD_CREATE: gate(Intent.guilds),
  GUILD_UPDATE: gate(Intent.guilds),
  GUILD_DELETE: gate(Intent.guilds),
  AUTO_MODERATION_ACTION_EXECUTION: gate(Intent.autoModerationExecution),
  PRESENCE_UPDATE: gate(Intent.guildPresences),
  TYPING_START: gate(Intent.guildMessageTyping, Intent.directMessageTyping),
  WEBHOOKS_UPDATE: gate(Intent.guildWebhooks),
};

/** Longer prefixes first: GUILD_MEMBERS_CHUNK is a reply and has no gate. */
const GATES_BY_PREFIX: readonly (readonly [string, Gate])[] = [
  ['GUILD_MEMBERS_CHUNK', gate(0)],
  ['GUILD_MEMBER_', gate(Intent.guildMembers)],
  ['GUILD_BAN_', gate(Intent.guildModeration)],
  ['GUILD_EMOJIS_', gate(Intent.guildExpressions)],
  ['GUILD_STICKERS_', gate(Intent.guildExpressions)],
  ['GUILD_SOUNDBOARD_', gate(Intent.guildExpressions)],
  ['GUILD_ROLE_', gate(Intent.guilds)],
  ['GUILD_SCHEDULED_EVENT_', gate(Intent.guildScheduledEvents)],
  ['CHANNEL_INFO', gate(0)],
  ['CHANNEL_', gate(Intent.guilds)],
  ['THREAD_', gate(Intent.guilds)],
  ['STAGE_INSTANCE_', gate(Intent.guilds)],
  ['INTEGRATION_', gate(Intent.guildIntegrations)],
  ['INVITE_', gate(Intent.guildInvites)],
  ['MESSAGE_REACTION_', gate(Intent.guildMessageReactions, Intent.directMessageReactions)],
  ['MESSAGE_POLL_VOTE_', gate(Intent.guildMessagePolls, Intent.directMessagePolls)],
  ['MESSAGE_', gate(Intent.guildMessages, Intent.directMessages)],
  ['AUTO_MODERATION_RULE_', gate(Intent.autoModerationConfiguration)],
];

/**
 * Intents of which a session needs at least one to get this event; 0 when it comes without any.
 * Unknown names come without any, as undocumented events do.
 */
export function requiredIntents(eventName: string, inGuild: boolean): number {
  const found = GATES_BY_NAME[eventName] ?? GATES_BY_PREFIX.find(([prefix]) => eventName.startsWith(prefix))?.[1];
  if (found === undefined) return 0;
  return inGuild ? found.guild : found.direct;
}
