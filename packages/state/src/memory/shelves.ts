import { ENTITY_KINDS, GUILD_LISTS, type EntityKind, type EntityRef, type GuildList } from '../entity.ts';
import { createMessageShelf, type MessageShelf } from './message-shelf.ts';
import { createSortedIds, type SortedIds } from '../sorted-ids.ts';

/** What belongs to one guild, packed; to none, under {@link NO_GUILD}. */
export interface GuildShelf {
  guild: string | undefined;
  readonly lists: Partial<Record<GuildList, Map<string, string>>>;
}

/** Name of the shelf for what is in no guild: channels of direct messages. */
export const NO_GUILD = '';

/** All objects of a memory store, packed, in the order in which a guild has them. */
export interface Shelves {
  readonly guilds: ReadonlyMap<string, GuildShelf>;
  readonly messages: MessageShelf;
  readonly users: Map<string, string>;
  /** Orders of lists that are walked over page by page. */
  readonly sortedIds: SortedIds;
  read(ref: EntityRef): string | undefined;
  write(ref: EntityRef, packed: string): void;
  remove(ref: EntityRef): void;
  /** Everything of a guild; null: of none. */
  clearGuild(guildId: string | null): void;
  counts(): Record<EntityKind, number>;
  /** Guilds known by whatever there is of them. */
  guildIds(): ReadonlySet<string>;
}

export function createShelves(): Shelves {
  const guilds = new Map<string, GuildShelf>();
  const messages = createMessageShelf();
  const users = new Map<string, string>();
  const sortedIds = createSortedIds();
  /** Guild of each channel and thread: they are asked for by their id alone. */
  const guildOfChannel = new Map<string, string>();

  function shelfOf(guildId: string): GuildShelf {
    let shelf = guilds.get(guildId);
    if (shelf === undefined) {
      shelf = { guild: undefined, lists: {} };
      guilds.set(guildId, shelf);
      sortedIds.added(guilds, guildId);
    }
    return shelf;
  }

  /** An empty shelf would stay for ever. */
  function tidy(guildId: string, shelf: GuildShelf): void {
    if (shelf.guild === undefined && Object.keys(shelf.lists).length === 0) guilds.delete(guildId);
  }

  function listOf(ref: EntityRef): { guildId: string; list: GuildList } {
    const list = ref.kind as GuildList;
    const isChannel = list === 'channel' || list === 'thread';
    return { guildId: (isChannel ? guildOfChannel.get(ref.id) : undefined) ?? ref.guildId ?? NO_GUILD, list };
  }

  return {
    guilds,
    messages,
    users,
    sortedIds,
    read(ref) {
      if (ref.kind === 'message') return messages.get(ref.channelId ?? '', ref.id);
      if (ref.kind === 'guild') return guilds.get(ref.id)?.guild;
      if (ref.kind === 'user') return users.get(ref.id);
      const { guildId, list } = listOf(ref);
      return guilds.get(guildId)?.lists[list]?.get(ref.id);
    },
    write(ref, packed) {
      if (ref.kind === 'message') return void messages.set(ref.channelId ?? '', ref.id, ref.guildId, packed);
      if (ref.kind === 'guild') return void (shelfOf(ref.id).guild = packed);
      if (ref.kind === 'user') return void users.set(ref.id, packed);
      const { guildId, list } = listOf(ref);
      const { lists } = shelfOf(guildId);
      const entries = (lists[list] ??= new Map());
      const before = entries.size;
      entries.set(ref.id, packed);
      if (entries.size !== before) sortedIds.added(entries, ref.id);
      if (list === 'channel' || list === 'thread') guildOfChannel.set(ref.id, guildId);
    },
    remove(ref) {
      if (ref.kind === 'message') return messages.delete(ref.channelId ?? '', ref.id);
      if (ref.kind === 'user') return void users.delete(ref.id);
      const { guildId, list } = ref.kind === 'guild' ? { guildId: ref.id, list: undefined } : listOf(ref);
      const shelf = guilds.get(guildId);
      if (shelf === undefined) return;
      if (list === undefined) {
        shelf.guild = undefined;
      } else {
        const entries = shelf.lists[list];
        entries?.delete(ref.id);
        if (entries?.size === 0) delete shelf.lists[list];
        if (list === 'channel' || list === 'thread') guildOfChannel.delete(ref.id);
      }
      tidy(guildId, shelf);
    },
    clearGuild(guildId) {
      const owner = guildId ?? NO_GUILD;
      const shelf = guilds.get(owner);
      for (const list of ['channel', 'thread'] as const)
        for (const id of shelf?.lists[list]?.keys() ?? []) guildOfChannel.delete(id);
      guilds.delete(owner);
      for (const channelId of messages.channelsOf(guildId)) messages.deleteChannel(channelId);
    },
    counts() {
      const counts = Object.fromEntries(ENTITY_KINDS.map((kind) => [kind, 0])) as Record<EntityKind, number>;
      counts.user = users.size;
      for (const { byId } of messages.channels.values()) counts.message += byId.size;
      for (const shelf of guilds.values()) {
        if (shelf.guild !== undefined) counts.guild++;
        for (const list of GUILD_LISTS) counts[list] += shelf.lists[list]?.size ?? 0;
      }
      return counts;
    },
    guildIds() {
      const ids = new Set(guilds.keys());
      for (const { guildId } of messages.channels.values()) if (guildId !== null) ids.add(guildId);
      ids.delete(NO_GUILD);
      return ids;
    },
  };
}
