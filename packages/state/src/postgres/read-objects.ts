import { ENTITY_KINDS, type EntityKind, type EntityRef, type StoredEntity } from '../entity.ts';
import type { ListQuery } from '../store.ts';
import type { Row } from './postgres-link.ts';
import { isId } from './row-id.ts';
import { NO_ID, quoted, tableOf, TABLES, type Table } from './tables.ts';

/** How a database is read. */
export interface ReadAccess {
  readonly schema: string;
  /** What is over is not there, whether it was removed already or not. */
  readonly now: () => Date;
  ask(text: string, values: readonly unknown[]): Promise<readonly Row[]>;
}

/** The input's column for each of a table's. */
const INPUT_OF = { id: 'i', user_id: 'i', guild_id: 'g', channel_id: 'c' } as const;

/** Of each the JSON text, undefined for what is not there. */
export async function readMany(access: ReadAccess, refs: readonly EntityRef[]): Promise<(string | undefined)[]> {
  const found = Array.from<string | undefined>({ length: refs.length });
  const places = new Map<EntityKind, number[]>();
  for (const [at, ref] of refs.entries()) {
    if (![ref.id, ref.guildId ?? NO_ID, ref.channelId ?? NO_ID].every(isId)) continue;
    const ofKind = places.get(ref.kind);
    if (ofKind === undefined) places.set(ref.kind, [at]);
    else ofKind.push(at);
  }
  await Promise.all(Array.from(places, ([kind, at]) => readKind(access, kind, { refs, at, found })));
  return found;
}

async function readKind(
  access: ReadAccess,
  kind: EntityKind,
  { refs, at, found }: { refs: readonly EntityRef[]; at: readonly number[]; found: (string | undefined)[] },
): Promise<void> {
  const table = tableOf(kind);
  const of = (part: 'id' | 'guildId' | 'channelId'): string[] => at.map((each) => refs[each]?.[part] ?? NO_ID);
  // A channel is found without its guild, as its id is its own.
  const key = kind === 'channel' ? (['id'] as const) : table.key;
  const rows = await access.ask(
    `SELECT x.n, t.data::text FROM unnest($1::int[], $2::int8[], $3::int8[], $4::int8[]) AS x(n, i, g, c)
     JOIN ${nameOf(access, table)} t ON ${key.map((column) => `t.${column} = x.${INPUT_OF[column]}`).join(' AND ')}
     AND (t.expires_at IS NULL OR t.expires_at > $5)`,
    [at, of('id'), of('guildId'), of('channelId'), access.now()],
  );
  for (const [each, value] of rows) found[Number(each)] = String(value);
}

export async function listObjects(access: ReadAccess, query: ListQuery): Promise<readonly StoredEntity[]> {
  const { kind, guildId, channelId, id, after, limit } = query;
  const table = tableOf(kind);
  if (guildId !== undefined && !table.hasGuild) return [];
  const ids = [guildId, channelId, id, after].filter((one) => one !== undefined && one !== null);
  if (!ids.every(isId)) return [];
  const values: unknown[] = [access.now()];
  const conditions = ['(expires_at IS NULL OR expires_at > $1)'];
  const where = (column: string, comparison: string, value: unknown): void => {
    values.push(value);
    conditions.push(`${column} ${comparison} $${values.length}`);
  };
  if (guildId !== undefined) where('guild_id', '=', guildId ?? NO_ID);
  if (channelId !== undefined && kind === 'message') where('channel_id', '=', channelId);
  if (id !== undefined) where(table.id, '=', id);
  if (after !== undefined) where(table.id, '>', after);
  const isOrdered = after !== undefined || limit !== undefined;
  if (limit !== undefined) values.push(limit);
  const rows = await access.ask(
    `SELECT ${table.id}::text, ${table.hasGuild ? 'guild_id::text' : 'NULL'}, ${kind === 'message' ? 'channel_id::text' : 'NULL'}, data::text
     FROM ${nameOf(access, table)} t WHERE ${conditions.join(' AND ')}
     ${isOrdered ? `ORDER BY t.${table.id}` : ''} ${limit === undefined ? '' : `LIMIT $${values.length}`}`,
    values,
  );
  return rows.map((row) => entityOf(kind, row));
}

export async function countObjects(access: ReadAccess): Promise<Record<EntityKind, number>> {
  const counts = TABLES.map(
    (table) => `(SELECT count(*) FROM ${nameOf(access, table)} WHERE expires_at IS NULL OR expires_at > $1)`,
  );
  const [row] = await access.ask(`SELECT ${counts.join(', ')}`, [access.now()]);
  const found = new Map(TABLES.map(({ kind }, at) => [kind, Number(row?.[at])]));
  return Object.fromEntries(ENTITY_KINDS.map((kind) => [kind, found.get(kind) ?? 0])) as Record<EntityKind, number>;
}

function entityOf(kind: EntityKind, [id, guildId, channelId, value]: Row): StoredEntity {
  const owner = guildId === null || guildId === NO_ID ? null : String(guildId);
  const channel = channelId === null ? null : String(channelId);
  return { ref: { kind, id: String(id), guildId: owner, channelId: channel }, value: String(value) };
}

function nameOf({ schema }: ReadAccess, { name }: Table): string {
  return `${quoted(schema)}.${name}`;
}
