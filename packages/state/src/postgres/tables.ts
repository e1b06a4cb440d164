import type { EntityKind } from '../entity.ts';

/** Where objects of one kind stand. */
export interface Table {
  readonly kind: EntityKind;
  readonly name: string;
  /** Column of the object's id. */
  readonly id: 'id' | 'user_id';
  /** Columns that name one row, in the order of the primary key. */
  readonly key: readonly KeyColumn[];
  readonly hasGuild: boolean;
  /** Columns besides the key's, `guild_id` and `data`; each is filled from the object's member of that name. */
  readonly fromData: readonly string[];
}

export type KeyColumn = 'id' | 'user_id' | 'guild_id' | 'channel_id';

/** Names and primary keys are those of tatsuworks/gateway, for the kinds that it has. The kinds with most events come first. */
export const TABLES: readonly Table[] = [
  ofUser('member', 'members', 'guild_id', 'user_id'),
  {
    kind: 'message',
    name: 'messages',
    id: 'id',
    // There it is `id` alone, of a table without a row.
    key: ['id', 'channel_id'],
    hasGuild: true,
    fromData: [],
  },
  ofUser('presence', 'presence', 'user_id', 'guild_id'),
  ofUser('voiceState', 'voice_states', 'guild_id', 'user_id'),
  ofGuild('channel', 'channels'),
  { kind: 'thread', name: 'threads', id: 'id', key: ['id'], hasGuild: true, fromData: ['owner_id', 'parent_id'] },
  ofGuild('role', 'roles'),
  ofGuild('emoji', 'emojis'),
  { kind: 'guild', name: 'guilds', id: 'id', key: ['id'], hasGuild: false, fromData: [] },
  ofGuild('sticker', 'stickers'),
  ofGuild('stageInstance', 'stage_instances'),
  ofGuild('scheduledEvent', 'scheduled_events'),
  ofGuild('soundboardSound', 'soundboard_sounds'),
  { kind: 'user', name: 'users', id: 'id', key: ['id'], hasGuild: false, fromData: [] },
];

const BY_KIND: ReadonlyMap<EntityKind, Table> = new Map(TABLES.map((table) => [table.kind, table]));

export function tableOf(kind: EntityKind): Table {
  const table = BY_KIND.get(kind);
  if (table === undefined) throw new TypeError(`there is no table for the kind '${kind}'`);
  return table;
}

function ofGuild(kind: EntityKind, name: string): Table {
  return { kind, name, id: 'id', key: ['id', 'guild_id'], hasGuild: true, fromData: [] };
}

function ofUser(kind: EntityKind, name: string, ...key: readonly KeyColumn[]): Table {
  return { kind, name, id: 'user_id', key, hasGuild: true, fromData: [] };
}

/** Stands in a column of ids for "none": a direct message has no guild, and part of a key cannot be null. */
export const NO_ID = '0';

/** Quotes a name for SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
