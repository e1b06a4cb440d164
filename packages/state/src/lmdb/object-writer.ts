import { GUILD_LISTS, type EntityKind, type EntityRef } from '../entity.ts';
import { homeOf, isChannel } from './object-reader.ts';
import { NO_OWNER } from './row-key.ts';
import type { Table } from './table.ts';
import type { Tables } from './tables.ts';

/** Writes objects, and what finds them. */
export interface ObjectWriter {
  write(ref: EntityRef, text: string): void;
  remove(ref: EntityRef): void;
  /** All messages of a channel or thread. */
  clearMessages(channelId: string): void;
  /** Everything of a guild; null: of none. */
  clearGuild(guildId: string | null): void;
  /** Guilds of which there may be anything. */
  readonly guildIds: ReadonlySet<string>;
}

/** What else an object's writing does. */
export interface WriterHooks {
  /** An object was written. */
  written(kind: EntityKind, owner: string, id: string): void;
  /** Messages kept of a channel. */
  readonly messagesPerChannel: number | undefined;
}

export function createObjectWriter(tables: Tables<Table>, { written, messagesPerChannel }: WriterHooks): ObjectWriter {
  const { objects, homes, messageHomes, messageChannels, guilds } = tables;
  // Looked at with each write: a look into the file would be dearer.
  const guildIds = new Set(guilds.ids(NO_OWNER));

  function sawGuild(guildId: string): void {
    if (guildId === NO_OWNER || guildIds.has(guildId)) return;
    guilds.put(NO_OWNER, guildId, '1');
    guildIds.add(guildId);
  }

  function put(kind: EntityKind, owner: string, id: string, text: string): void {
    objects[kind].put(owner, id, text);
    written(kind, owner, id);
  }

  function writeMessage({ id, guildId, channelId }: EntityRef, text: string): void {
    const channel = channelId ?? NO_OWNER;
    const home = homeOf(messageHomes.get(NO_OWNER, channel));
    const isNew = home === undefined || objects.message.get(channel, id) === undefined;
    put('message', channel, id, text);
    if (!isNew) return;
    const owner = (home === undefined ? guildId : home.guildId) ?? NO_OWNER;
    let count = (home?.count ?? 0) + 1;
    if (home === undefined) {
      sawGuild(owner);
      messageChannels.put(owner, channel, '1');
    }
    if (messagesPerChannel !== undefined && count > messagesPerChannel)
      count -= trim(channel, count - messagesPerChannel);
    messageHomes.put(NO_OWNER, channel, `${owner}:${count}`);
  }

  /** Removes a channel's messages with the lowest ids. */
  function trim(channel: string, excess: number): number {
    const lowest: string[] = [];
    for (const id of objects.message.ids(channel)) if (lowest.push(id) === excess) break;
    for (const id of lowest) objects.message.remove(channel, id);
    return lowest.length;
  }

  function removeMessage({ id, channelId }: EntityRef): void {
    const channel = channelId ?? NO_OWNER;
    if (objects.message.get(channel, id) === undefined) return;
    objects.message.remove(channel, id);
    const home = homeOf(messageHomes.get(NO_OWNER, channel));
    if (home === undefined) return;
    const owner = home.guildId ?? NO_OWNER;
    if (home.count > 1) messageHomes.put(NO_OWNER, channel, `${owner}:${home.count - 1}`);
    else forgetChannel(channel, owner);
  }

  /** An entry of an empty channel would stay for ever. */
  function forgetChannel(channel: string, owner: string): void {
    messageHomes.remove(NO_OWNER, channel);
    messageChannels.remove(owner, channel);
  }

  function clearMessages(channel: string): void {
    const home = homeOf(messageHomes.get(NO_OWNER, channel));
    if (home === undefined) return;
    for (const id of Array.from(objects.message.ids(channel))) objects.message.remove(channel, id);
    forgetChannel(channel, home.guildId ?? NO_OWNER);
  }

  return {
    guildIds,
    write(ref, text) {
      const { kind, id, guildId } = ref;
      if (kind === 'message') return writeMessage(ref, text);
      if (kind === 'user') return put(kind, NO_OWNER, id, text);
      if (kind === 'guild') {
        sawGuild(id);
        return put(kind, NO_OWNER, id, text);
      }
      const home = isChannel(kind) ? homes.get(NO_OWNER, id) : undefined;
      const owner = home ?? guildId ?? NO_OWNER;
      sawGuild(owner);
      if (isChannel(kind) && home === undefined) homes.put(NO_OWNER, id, owner);
      return put(kind, owner, id, text);
    },
    remove(ref) {
      const { kind, id, guildId } = ref;
      if (kind === 'message') return removeMessage(ref);
      if (kind === 'guild' || kind === 'user') return objects[kind].remove(NO_OWNER, id);
      const home = isChannel(kind) ? homes.get(NO_OWNER, id) : undefined;
      objects[kind].remove(home ?? guildId ?? NO_OWNER, id);
      if (home !== undefined) homes.remove(NO_OWNER, id);
    },
    clearMessages,
    clearGuild(guildId) {
      const owner = guildId ?? NO_OWNER;
      for (const kind of GUILD_LISTS)
        for (const id of Array.from(objects[kind].ids(owner))) {
          objects[kind].remove(owner, id);
          if (isChannel(kind)) homes.remove(NO_OWNER, id);
        }
      for (const channel of Array.from(messageChannels.ids(owner))) clearMessages(channel);
      if (guildId === null) return;
      objects.guild.remove(NO_OWNER, guildId);
      guilds.remove(NO_OWNER, guildId);
      guildIds.delete(guildId);
    },
  };
}
