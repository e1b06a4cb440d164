import type { EntityRef, GuildList } from './entity.ts';

/**
 * One change of the cache. All of them can be done twice without harm, which is what a store that failed in the middle needs, and none needs to know what is
 * there; `tellOld` asks the store for what was there before.
 */
export type Operation = Put | Merge | Remove | PutAll | ReplaceAll | ClearGuild | ClearChannel | RetainGuilds;

/** Writes a whole object. */
export interface Put {
  readonly op: 'put';
  readonly ref: EntityRef;
  /** JSON text. */
  readonly value: string;
  /** Leaves what is there as it is. */
  readonly ifAbsent: boolean;
  readonly tellOld: boolean;
}

/** Sets members of a stored object; see {@link mergeFields}. */
export interface Merge {
  readonly op: 'merge';
  readonly ref: EntityRef;
  /** Each replaces the whole member of that name; undefined removes it. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Stores the fields alone where there is no such object; otherwise nothing happens then. */
  readonly createIfAbsent: boolean;
  readonly tellOld: boolean;
}

/** Removes one object. Of a guild or a channel it takes nothing else away: that is for the two `clear` operations. */
export interface Remove {
  readonly op: 'remove';
  readonly ref: EntityRef;
  readonly tellOld: boolean;
}

/** One entry of a list. */
export interface ListEntry {
  readonly id: string;
  /** JSON text. */
  readonly value: string;
}

/** Writes many whole objects of one kind and guild; the rest of the list stays. Tells those of them that were there. */
export interface PutAll {
  readonly op: 'putAll';
  readonly kind: GuildList;
  readonly guildId: string;
  readonly entries: readonly ListEntry[];
  readonly tellOld: boolean;
}

/** Makes a guild's list of one kind exactly this. Tells everything that was in it. */
export interface ReplaceAll {
  readonly op: 'replaceAll';
  readonly kind: GuildList;
  readonly guildId: string;
  readonly entries: readonly ListEntry[];
  /** Threads only: what is replaced are the threads whose `parent_id` is one of these. Null: the whole list. */
  readonly parentIds: readonly string[] | null;
  readonly tellOld: boolean;
}

/** Removes all that belongs to a guild, messages of its channels and threads included, and the guild itself. Null: all that is in no guild, but for the bot's user. */
export interface ClearGuild {
  readonly op: 'clearGuild';
  readonly guildId: string | null;
}

/**
 * Removes what is in a channel or thread: its messages, its threads with theirs, and the voice states whose `channel_id` it is. Not the channel itself.
 */
export interface ClearChannel {
  readonly op: 'clearChannel';
  readonly channelId: string;
  readonly guildId: string | null;
}

/** Clears, as `clearGuild` does, every guild of that shard which is not listed. */
export interface RetainGuilds {
  readonly op: 'retainGuilds';
  readonly shardId: number;
  readonly shardCount: number;
  readonly guildIds: readonly string[];
}

/**
 * What an operation with `tellOld` replaced or removed, JSON text: of `put`, `merge` and `remove` the object, undefined when there was none; of `putAll` and `replaceAll` a list of
 * objects, in any order, empty when there were none. Of operations without `tellOld` undefined.
 */
export type Replaced = string | readonly string[] | undefined;

/** What `merge` makes of a stored text: `fields` over its members, in the order in which it had them, new ones at the end. */
export function mergeFields(stored: string | undefined, fields: Readonly<Record<string, unknown>>): string {
  if (stored === undefined) return JSON.stringify(fields);
  // Spread, not assigned: a member called `__proto__` is data.
  return JSON.stringify({ ...(JSON.parse(stored) as object), ...fields });
}
