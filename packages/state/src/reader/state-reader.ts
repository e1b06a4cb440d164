import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RootDatabase } from 'lmdb';
import {
  guildRef,
  messageRef,
  ownedRef,
  userRef,
  type EntityKind,
  type EntityRef,
  type GuildList,
  type StoredEntity,
} from '../entity.ts';
import { loadLmdb } from '../lmdb/load-lmdb.ts';
import { createObjectReader, type ObjectReader } from '../lmdb/object-reader.ts';
import { createTableReader } from '../lmdb/table.ts';
import { checkLayout, MAX_TABLES, openTables } from '../lmdb/tables.ts';
import { checkOptions } from '../options/check-options.ts';
import { text } from '../options/shapes.ts';
import type { ListQuery } from '../store.ts';
import type { StoredObjects } from './stored-objects.ts';

/** Options of {@link openStateReader}. */
export interface StateReaderOptions {
  /** Directory of a `createLmdbStore`. */
  readonly path: string;
}

/** Which part of a list: those with a higher id than `after`, in the order of the ids, at most `limit`. Default all. */
export interface Page {
  readonly after?: string;
  readonly limit?: number;
}

/** Kinds that are read by a guild's id and their own. */
/** Kinds of which an object is found by its guild and id. */
export type InGuild = Exclude<GuildList, 'channel' | 'thread'>;

/**
 * Reads what another process keeps in an LMDB file. Each call sees what was written last, up to the writer's `flushMs` after the event; what two calls see may differ. Objects are new at
 * each call.
 */
export interface StateReader {
  guild(id: string): StoredObjects['guild'] | undefined;
  guilds(page?: Page): readonly StoredObjects['guild'][];
  channel(id: string): StoredObjects['channel'] | undefined;
  thread(id: string): StoredObjects['thread'] | undefined;
  member(guildId: string, userId: string): StoredObjects['member'] | undefined;
  /** What a user is in every guild. */
  membersOfUser(userId: string): readonly StoredObjects['member'][];
  /** Anything of a guild by its own id: of members, presences and voice states the user's. */
  ofGuild<Kind extends InGuild>(kind: Kind, guildId: string, id: string): StoredObjects[Kind] | undefined;
  /** A guild's list of one kind. */
  listOfGuild<Kind extends GuildList>(kind: Kind, guildId: string, page?: Page): readonly StoredObjects[Kind][];
  message(channelId: string, id: string): StoredObjects['message'] | undefined;
  messages(channelId: string, page?: Page): readonly StoredObjects['message'][];
  user(id: string): StoredObjects['user'] | undefined;
  /** One object's JSON text. */
  get(ref: EntityRef): string | undefined;
  /** Objects with their texts. */
  list(query: ListQuery): readonly StoredEntity[];
  /** Number of objects by kind. */
  counts(): Readonly<Record<EntityKind, number>>;
  /** Ends reading. Nothing may be called afterwards. */
  close(): Promise<void>;
}

/**
 * Opens the file of a `createLmdbStore` for reading, in another process of the same machine and user, while it is written or not.
 *
 * Needs the package lmdb.
 *
 * @throws {TypeError} an option does not exist or is wrong
 * @throws {Error} there is no such file, or lmdb is not installed
 *
 * @example
 * const reader = await openStateReader({ path: './.shardgate/state' });
 * for (const { user, nick } of reader.listOfGuild('member', guildId)) console.log(nick ?? user.username);
 */
export async function openStateReader(options: StateReaderOptions): Promise<StateReader> {
  checkOptions('openStateReader', options, { path: text });
  const path = resolve(options.path);
  try {
    await access(join(path, 'data.mdb'));
  } catch (cause) {
    throw new Error(`there is no state in ${path}; a createLmdbStore with this path makes one`, { cause });
  }
  const { open } = await loadLmdb();
  let root: RootDatabase | undefined;
  try {
    root = open({ path, noSubdir: false, maxDbs: MAX_TABLES, readOnly: true });
    checkLayout(root, true);
    return readerOf(root, createObjectReader(openTables(root, createTableReader)));
  } catch (cause) {
    await root?.close();
    throw new Error(`cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function readerOf(root: RootDatabase, objects: ObjectReader): StateReader {
  /** Otherwise all reads of one tick see what the first saw. */
  const fresh = (): ObjectReader => {
    root.resetReadTxn();
    return objects;
  };
  const one = <Kind extends EntityKind>(ref: EntityRef & { readonly kind: Kind }): StoredObjects[Kind] | undefined => {
    const value = fresh().get(ref);
    return value === undefined ? undefined : (JSON.parse(value) as StoredObjects[Kind]);
  };
  const many = <Kind extends EntityKind>(query: ListQuery & { readonly kind: Kind }): StoredObjects[Kind][] =>
    fresh()
      .list(query)
      .map(({ value }) => JSON.parse(value) as StoredObjects[Kind]);
  return {
    guild: (id) => one({ ...guildRef(id), kind: 'guild' }),
    guilds: (page) => many({ ...page, kind: 'guild' }),
    channel: (id) => one({ ...ownedRef('channel', null, id), kind: 'channel' }),
    thread: (id) => one({ ...ownedRef('thread', null, id), kind: 'thread' }),
    member: (guildId, userId) => one({ ...ownedRef('member', guildId, userId), kind: 'member' }),
    membersOfUser: (userId) => many({ kind: 'member', id: userId }),
    ofGuild: (kind, guildId, id) => one({ ...ownedRef(kind, guildId, id), kind }),
    listOfGuild: (kind, guildId, page) => many({ ...page, kind, guildId }),
    message: (channelId, id) => one({ ...messageRef(channelId, id, null), kind: 'message' }),
    messages: (channelId, page) => many({ ...page, kind: 'message', channelId }),
    user: (id) => one({ ...userRef(id), kind: 'user' }),
    get: (ref) => fresh().get(ref),
    list: (query) => fresh().list(query),
    counts: () => fresh().counts(),
    close: () => root.close(),
  };
}
