import type { EntityKind, EntityRef } from '../entity.ts';

/**
 * Names of guild channels: `flat` is `channel:<channel>`, as twilight-dispatch has it since May 2021; `byGuild` is `channel:<guild>:<channel>`, as before; `both` writes both,
 * and index sets have the flat ones. Channels of direct messages are flat always.
 */
export type ChannelKeys = 'flat' | 'byGuild' | 'both';

/** Words with which key names begin. The kinds that twilight-dispatch does not have follow its pattern. */
export const KEY_WORDS: Readonly<Record<Exclude<EntityKind, 'user'>, string>> = {
  guild: 'guild',
  channel: 'channel',
  thread: 'thread',
  role: 'role',
  emoji: 'emoji',
  sticker: 'sticker',
  member: 'member',
  presence: 'presence',
  voiceState: 'voice',
  message: 'message',
  stageInstance: 'stage',
  scheduledEvent: 'event',
  soundboardSound: 'sound',
};

/** The bot's own user. It stands in no set. */
export const BOT_USER = 'bot_user';

/** What the layout has no place for stands under names that begin so. */
export const OWN = 'shardgate:';

export function keyWord(kind: EntityKind): string {
  return kind === 'user' ? BOT_USER : KEY_WORDS[kind];
}

/** The name of an object's key. Undefined where the guild is part of it and not known. */
export function keyOf({ kind, id, guildId, channelId }: EntityRef, channelKeys: ChannelKeys): string | undefined {
  const word = keyWord(kind);
  switch (kind) {
    case 'user':
      return word;
    case 'guild':
    case 'thread':
      return `${word}:${id}`;
    case 'channel':
      if (channelKeys !== 'byGuild') return `${word}:${id}`;
      return guildId === null ? undefined : `${word}:${guildId}:${id}`;
    case 'message':
      return channelId === null ? undefined : `${word}:${channelId}:${id}`;
    default:
      return guildId === null ? undefined : `${word}:${guildId}:${id}`;
  }
}

/** What a key's name tells of an object; the guild of channels, threads and messages has to be looked up. */
export function refOf(kind: EntityKind, key: string): EntityRef {
  const [, first = '', second] = key.split(':');
  if (second === undefined) return { kind, id: first, guildId: null, channelId: null };
  if (kind === 'message') return { kind, id: second, guildId: null, channelId: first };
  return { kind, id: second, guildId: first, channelId: null };
}
