import type { RootDatabase } from 'lmdb';
import { ENTITY_KINDS, type EntityKind } from '../entity.ts';
import { NO_OWNER, rowKeyEncoder } from './row-key.ts';
import type { RowDatabase } from './table.ts';

/** The tables of a file: one for each kind of object, and those that find objects. */
export interface Tables<T> {
  /** Values are the objects' texts. Owners: of messages the channel, of guilds and users nobody, of all others the guild. */
  readonly objects: Readonly<Record<EntityKind, T>>;
  /** The guild of each channel and thread, which are asked for by their id alone. */
  readonly homes: T;
  /** Of each channel that has messages its guild and their number: `<guild>:<number>`. */
  readonly messageHomes: T;
  /** Channels that have messages, by their guild. */
  readonly messageChannels: T;
  /** Guilds of which there is anything. */
  readonly guilds: T;
}

/** Version of what tables, keys and values look like. */
const LAYOUT = '1';

/** Kinds, six further tables, a deadline table for each kind at most. */
export const MAX_TABLES = 40;

/** How a table is opened. Names beginning with a kind's are taken. */
export function openTable(root: RootDatabase, name: string): RowDatabase {
  return root.openDB<string, [string, string]>(name, {
    encoding: 'string',
    // The types know nothing of it.
    ...{ keyEncoder: rowKeyEncoder },
  });
}

/**
 * Holds the file's layout against ours; one that has none gets it, unless it is read only.
 *
 * @throws {Error} it is another version's
 */
export function checkLayout(root: RootDatabase, isReadOnly: boolean): void {
  const meta = openTable(root, 'meta');
  const key: [string, string] = [NO_OWNER, '1'];
  const found = meta.get(key);
  if (found === LAYOUT) return;
  if (found === undefined && !isReadOnly) meta.putSync(key, LAYOUT);
  else
    throw new Error(`its layout is ${found ?? 'unknown'}, and not ${LAYOUT}; remove the directory: it is only a cache`);
}

/** Opens them all; of a file that is read only they must be there. */
export function openTables<T>(root: RootDatabase, make: (database: RowDatabase) => T): Tables<T> {
  const open = (name: string): T => make(openTable(root, name));
  return {
    objects: Object.fromEntries(ENTITY_KINDS.map((kind) => [kind, open(kind)])) as Record<EntityKind, T>,
    homes: open('index.home'),
    messageHomes: open('index.messageHome'),
    messageChannels: open('index.messageChannel'),
    guilds: open('index.guild'),
  };
}
