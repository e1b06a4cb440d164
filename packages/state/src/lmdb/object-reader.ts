import {
  ENTITY_KINDS,
  guildRef,
  messageRef,
  ownedRef,
  userRef,
  type EntityKind,
  type EntityRef,
  type GuildList,
  type StoredEntity,
} from '../entity.ts';
import { isLowerId } from '../id-order.ts';
import type { ListQuery } from '../store.ts';
import { NO_OWNER } from './row-key.ts';
import type { Row, TableReader } from './table.ts';
import type { Tables } from './tables.ts';

/** Finds objects in the tables, the file's or those with changes that wait. */
export interface ObjectReader {
  get(ref: EntityRef): string | undefined;
  list(query: ListQuery): readonly StoredEntity[];
  counts(): Readonly<Record<EntityKind, number>>;
}

export function createObjectReader(tables: Tables<TableReader>): ObjectReader {
  return {
    get: (ref) => getObject(tables, ref),
    list(query) {
      const { after, limit } = query;
      if (limit === 0) return [];
      // Of what has one id, in every guild, all are as good in order.
      const isInOrder = query.id === undefined ? isOneRange(query) : after === undefined;
      if (isInOrder) return upTo(walk(tables, query), limit);
      const found = [...walk(tables, query)];
      if (after === undefined && limit === undefined) return found;
      const rest = after === undefined ? found : found.filter(({ ref }) => isLowerId(after, ref.id));
      return rest.toSorted((one, other) => (isLowerId(one.ref.id, other.ref.id) ? -1 : 1)).slice(0, limit);
    },
    counts: () =>
      Object.fromEntries(ENTITY_KINDS.map((kind) => [kind, tables.objects[kind].count()])) as Record<
        EntityKind,
        number
      >,
  };
}

/** Whether a query's objects stand one after the other, in order. */
function isOneRange({ kind, guildId, channelId }: ListQuery): boolean {
  if (kind === 'message') return channelId !== undefined;
  return kind === 'guild' || kind === 'user' || guildId !== undefined;
}

function upTo<T>(all: Iterable<T>, limit = Number.POSITIVE_INFINITY): readonly T[] {
  const found: T[] = [];
  for (const each of all) if (found.push(each) >= limit) break;
  return found;
}

function getObject({ objects, homes }: Tables<TableReader>, ref: EntityRef): string | undefined {
  const { kind, id, guildId } = ref;
  const table = objects[kind];
  if (kind === 'guild' || kind === 'user') return table.get(NO_OWNER, id);
  if (kind === 'message') return table.get(ref.channelId ?? NO_OWNER, id);
  const found = guildId === null && isChannel(kind) ? undefined : table.get(guildId ?? NO_OWNER, id);
  if (found !== undefined || !isChannel(kind)) return found;
  const home = homes.get(NO_OWNER, id);
  return home === undefined || home === guildId ? undefined : table.get(home, id);
}

/** Whether objects of the kind are found by their id alone. */
export function isChannel(kind: EntityKind): kind is 'channel' | 'thread' {
  return kind === 'channel' || kind === 'thread';
}

/** Objects of a query but for its limit; of those in one range after `after`. */
function* walk(tables: Tables<TableReader>, query: ListQuery): Generator<StoredEntity, undefined> {
  const { kind, guildId, id } = query;
  if (kind === 'message') return yield* messages(tables, query);
  if (kind === 'guild' || kind === 'user') {
    if (guildId !== undefined) return undefined;
    const rows = id === undefined ? tables.objects[kind].rows(NO_OWNER, query.after) : one(tables, kind, NO_OWNER, id);
    for (const row of rows) yield { ref: kind === 'guild' ? guildRef(row.id) : userRef(row.id), value: row.value };
    return undefined;
  }
  return yield* listed(tables, kind, query);
}

function* listed(
  tables: Tables<TableReader>,
  kind: GuildList,
  { guildId, id, after }: ListQuery,
): Generator<StoredEntity, undefined> {
  const table = tables.objects[kind];
  if (id === undefined) {
    const rows = guildId === undefined ? table.all() : table.rows(guildId ?? NO_OWNER, after);
    for (const row of rows) yield entityOf(kind, row);
    return undefined;
  }
  // One user's members: a look-up a guild instead of a walk over all members.
  const owners = guildId === undefined ? [NO_OWNER, ...tables.guilds.ids(NO_OWNER)] : [guildId ?? NO_OWNER];
  for (const owner of owners) for (const row of one(tables, kind, owner, id)) yield entityOf(kind, row);
  return undefined;
}

function* messages(
  tables: Tables<TableReader>,
  { guildId, channelId, id, after }: ListQuery,
): Generator<StoredEntity, undefined> {
  const table = tables.objects.message;
  const channels =
    channelId === undefined && guildId !== undefined
      ? tables.messageChannels.ids(guildId ?? NO_OWNER)
      : channelId === undefined
        ? tables.messageHomes.ids(NO_OWNER)
        : [channelId];
  // A copy: each channel is a walk of its own.
  for (const channel of Array.from(channels)) {
    const home = homeOf(tables.messageHomes.get(NO_OWNER, channel));
    if (home === undefined || (guildId !== undefined && home.guildId !== guildId)) continue;
    const rows = id === undefined ? table.rows(channel, after) : one(tables, 'message', channel, id);
    for (const row of rows) yield { ref: messageRef(channel, row.id, home.guildId), value: row.value };
  }
  return undefined;
}

function one({ objects }: Tables<TableReader>, kind: EntityKind, owner: string, id: string): readonly Row[] {
  const value = objects[kind].get(owner, id);
  return value === undefined ? [] : [{ owner, id, value }];
}

function entityOf(kind: GuildList, { owner, id, value }: Row): StoredEntity {
  return { ref: ownedRef(kind, owner === NO_OWNER ? null : owner, id), value };
}

/** What `messageHomes` has of a channel. */
export function homeOf(text: string | undefined): { guildId: string | null; count: number } | undefined {
  if (text === undefined) return undefined;
  const [owner, count] = text.split(':');
  return { guildId: owner === NO_OWNER || owner === undefined ? null : owner, count: Number(count) };
}
