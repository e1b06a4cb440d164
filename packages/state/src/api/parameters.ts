import { ApiFault } from './api-fault.ts';

/** Ids are unsigned 64-bit numbers. https://docs.discord.com/developers/reference#snowflakes */
const ID = /^(?:0|[1-9]\d{0,19})$/;

/** Ids in one query: the address of a request is bounded, too. */
const MAX_IDS = 10_000;

export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** An id in a path. */
export function pathId(params: unknown, name: string): string {
  return checkedId((params as Readonly<Record<string, string>>)[name] ?? '', `${name} in the path`);
}

/** A required id. */
export function queryId(query: Query, name: string): string {
  return checkedId(lastOf(query, name), name);
}

/** Ids that are separated by commas; required. */
export function queryIds(query: Query, name: string): readonly string[] {
  return lastOf(query, name)
    .split(',')
    .map((id) => checkedId(id.trim(), name));
}

/** Ids in a parameter that may come many times; undefined without one. */
export function repeatedIds(query: Query, name: string): readonly string[] | undefined {
  const given = query[name];
  if (given === undefined) return undefined;
  const ids = (typeof given === 'string' ? [given] : given).map((id) => checkedId(id, name));
  if (ids.length > MAX_IDS) throw new ApiFault(400, `${name}: ${ids.length} ids were given, ${MAX_IDS} may be`);
  return ids;
}

/** Which part of a list is asked for. */
export function pageOf(query: Query): { readonly after?: string; readonly limit?: number } {
  const { after, limit } = query;
  if (limit !== undefined && !(typeof limit === 'string' && /^\d{1,9}$/.test(limit)))
    throw new ApiFault(400, 'limit: expected a whole number');
  return {
    ...(after === undefined ? {} : { after: checkedId(String(after), 'after') }),
    ...(limit === undefined ? {} : { limit: Number(limit) }),
  };
}

/** Shard and number of shards; both or none. */
export function shardOf(query: Query): { readonly shardId: number; readonly shardCount: number } | undefined {
  const { shard_id: shardId, shard_count: shardCount } = query;
  if (shardId === undefined && shardCount === undefined) return undefined;
  const isNumber = (text: unknown): boolean => typeof text === 'string' && /^\d{1,6}$/.test(text);
  if (!isNumber(shardId) || !isNumber(shardCount) || Number(shardId) >= Number(shardCount))
    throw new ApiFault(400, 'shard_id and shard_count: expected two whole numbers, the first below the second');
  return { shardId: Number(shardId), shardCount: Number(shardCount) };
}

/** A list of ids in a body. */
export function bodyIds(body: unknown): readonly string[] {
  if (!Array.isArray(body)) throw new ApiFault(400, 'the body has to be a JSON array of ids');
  return body.map((id: unknown) => checkedId(typeof id === 'string' ? id : '', 'an id in the body'));
}

/** Objects by their id in a body. */
export function bodyObjects(body: unknown): readonly { readonly id: string; readonly object: object }[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ApiFault(400, 'the body has to be a JSON object of objects by their id');
  return Object.entries(body).map(([id, object]: [string, unknown]) => {
    if (typeof object !== 'object' || object === null || Array.isArray(object))
      throw new ApiFault(400, `the body has no object under ${id.slice(0, 32)}`);
    return { id: checkedId(id, 'an id in the body'), object };
  });
}

/** The last of a parameter that is required. */
export function lastOf(query: Query, name: string): string {
  const given = query[name];
  const text = typeof given === 'object' ? given.at(-1) : given;
  if (text === undefined) throw new ApiFault(400, `the query parameter ${name} is missing`);
  return text;
}

function checkedId(text: string, name: string): string {
  if (ID.test(text)) return text;
  throw new ApiFault(400, `${name}: expected an id, a number of up to 20 digits`);
}
