/** What the cache keeps. The bot's own user is the only `user`; everybody else's user object stands inside their members. */
export const ENTITY_KINDS = [
  'guild',
  'channel',
  'thread',
  'role',
  'emoji',
  'sticker',
  'member',
  'presence',
  'voiceState',
  'message',
  'stageInstance',
  'scheduledEvent',
  'soundboardSound',
  'user',
] as const;

export type EntityKind = (typeof ENTITY_KINDS)[number];

/** Kinds of which a guild has a list. */
export type GuildList = Exclude<EntityKind, 'guild' | 'message' | 'user'>;

/** In the order in which a guild is written. */
export const GUILD_LISTS: readonly GuildList[] = [
  'channel',
  'thread',
  'role',
  'emoji',
  'sticker',
  'member',
  'presence',
  'voiceState',
  'stageInstance',
  'scheduledEvent',
  'soundboardSound',
];

/**
 * Names one object.
 *
 * | kind | `id` | `guildId` | `channelId` | unique by |
 * |---|---|---|---|---|
 * | guild, user | its own | null | null | `id` |
 * | channel, thread | its own | its guild, null in direct messages | null | `id` |
 * | message | its own | its guild, null in direct messages | its channel or thread | `channelId`, `id` |
 * | member, presence, voiceState | the user's | its guild | null | `guildId`, `id` |
 * | the others | its own (`sound_id` of a sound) | its guild | null | `guildId`, `id` |
 *
 * Whoever reads may leave `guildId` null where it is no part of what is unique.
 */
export interface EntityRef {
  readonly kind: EntityKind;
  readonly id: string;
  readonly guildId: string | null;
  readonly channelId: string | null;
}

/** One object of the cache: its JSON text has every member that Discord sent, known or not, save those the user leaves out. Why text: docs/decisions/0010. */
export interface StoredEntity {
  readonly ref: EntityRef;
  readonly value: string;
}

export function guildRef(id: string): EntityRef {
  return { kind: 'guild', id, guildId: null, channelId: null };
}

export function userRef(id: string): EntityRef {
  return { kind: 'user', id, guildId: null, channelId: null };
}

/** Of anything in a guild's lists; `guildId` null for the channel of direct messages. */
export function ownedRef(kind: GuildList, guildId: string | null, id: string): EntityRef {
  return { kind, id, guildId, channelId: null };
}

export function messageRef(channelId: string, id: string, guildId: string | null): EntityRef {
  return { kind: 'message', id, guildId, channelId };
}

/** The shard a guild belongs to. https://docs.discord.com/developers/events/gateway#sharding-sharding-formula */
export function shardIdOf(guildId: string, shardCount: number): number {
  return Number((BigInt(guildId) >> 22n) % BigInt(shardCount));
}
