import {
  ENTITY_KINDS,
  guildRef,
  ownedRef,
  userRef,
  type EntityKind,
  type EntityRef,
  type StoredEntity,
} from '../entity.ts';
import { isLowerId } from '../id-order.ts';
import type { ListQuery } from '../store.ts';
import { KEYS_AT_ONCE } from './defaults.ts';
import { withoutLists } from './guild-text.ts';
import { BOT_USER, keyOf, keyWord, OWN, refOf, type ChannelKeys } from './layout.ts';
import { RedisRefusal, type RedisCommand } from './redis-connection.ts';
import { troubleIn } from './server-trouble.ts';

/** How objects are read. */
export interface ReadAccess {
  readonly channelKeys: ChannelKeys;
  /** Sends commands; rejects where one is refused. */
  ask(...commands: readonly RedisCommand[]): Promise<readonly unknown[]>;
}

/** Makes `ask` of a connection's `run`; `where` names the server in messages. */
export function askBy(
  run: (commands: readonly RedisCommand[]) => Promise<readonly unknown[]>,
  where: string,
): ReadAccess['ask'] {
  return async (...commands) => {
    const replies = await run(commands);
    const refused = replies.find((reply) => reply instanceof RedisRefusal);
    if (refused !== undefined) throw new Error(`Redis ${where} ${troubleIn(refused)}`, { cause: refused });
    return replies;
  };
}

/** Texts of objects, undefined where there is none. */
export async function readMany(access: ReadAccess, given: readonly EntityRef[]): Promise<(string | undefined)[]> {
  const refs = await withGuilds(access, given);
  const texts: (string | null)[] = [];
  for (let from = 0; from < refs.length; from += KEYS_AT_ONCE) {
    const some = refs.slice(from, from + KEYS_AT_ONCE);
    const keys = some.map((ref) => keyOf(ref, access.channelKeys) ?? `${keyWord(ref.kind)}:${ref.id}`);
    // One after the other: whoever writes is not to wait for all of them.
    const [found] = await access.ask(['MGET', ...keys]);
    for (const text of found as (string | null)[]) texts.push(text);
  }
  const hasUser = refs.some(({ kind }) => kind === 'user');
  const [userId] = hasUser ? await access.ask(['GET', `${OWN}${BOT_USER}`]) : [];
  return refs.map(({ kind, id }, index) => {
    const text = texts[index] ?? undefined;
    if (text === undefined) return undefined;
    if (kind === 'user') return typeof userId === 'string' && userId !== id ? undefined : text;
    return kind === 'guild' ? withoutLists(text) : text;
  });
}

/** With `byGuild`, a channel whose guild the caller does not know is looked up. */
async function withGuilds(access: ReadAccess, refs: readonly EntityRef[]): Promise<readonly EntityRef[]> {
  const unknown = refs.filter((ref) => ref.kind === 'channel' && ref.guildId === null);
  if (access.channelKeys !== 'byGuild' || unknown.length === 0) return refs;
  const guilds = await guildsOf(
    access,
    `${OWN}channel_guilds`,
    unknown.map(({ id }) => id),
  );
  return refs.map((ref) =>
    ref.kind === 'channel' && ref.guildId === null ? { ...ref, guildId: guilds.get(ref.id) ?? null } : ref,
  );
}

/** What a query asks for, in the order of the ids where it asks for one. */
export async function listObjects(access: ReadAccess, query: ListQuery): Promise<readonly StoredEntity[]> {
  const found = await findRefs(access, query);
  return query.id === undefined ? readRefs(access, paged(found, query)) : readOneId(access, found, query);
}

async function readRefs(access: ReadAccess, refs: readonly EntityRef[]): Promise<readonly StoredEntity[]> {
  const texts = await readMany(access, refs);
  return refs.flatMap((ref, index) => {
    const value = texts[index];
    return value === undefined ? [] : [{ ref, value }];
  });
}

/** What has one id, of names of which most may not be there: as many of them are read as it takes. */
async function readOneId(
  access: ReadAccess,
  found: readonly EntityRef[],
  { id, after, limit = Number.POSITIVE_INFINITY }: ListQuery,
): Promise<readonly StoredEntity[]> {
  const refs = found.filter((ref) => ref.id === id && (after === undefined || isLowerId(after, ref.id)));
  const objects: StoredEntity[] = [];
  for (let from = 0; from < refs.length && objects.length < limit; from += KEYS_AT_ONCE)
    objects.push(...(await readRefs(access, refs.slice(from, from + KEYS_AT_ONCE))));
  return objects.slice(0, limit);
}

function paged(found: readonly EntityRef[], { after, limit }: ListQuery): readonly EntityRef[] {
  if (after === undefined && limit === undefined) return found;
  const rest = after === undefined ? found : found.filter((ref) => isLowerId(after, ref.id));
  return rest.toSorted((one, other) => (isLowerId(one.id, other.id) ? -1 : 1)).slice(0, limit);
}

async function findRefs(access: ReadAccess, query: ListQuery): Promise<readonly EntityRef[]> {
  const { kind, guildId, id } = query;
  if (kind === 'user') return guildId === undefined ? userRefs(access) : [];
  if (kind === 'guild')
    return guildId === undefined
      ? (await members(access, 'guild_keys')).map((key) => guildRef(refOf(kind, key).id))
      : [];
  if (kind === 'message') return messageRefs(access, query);
  if (kind === 'channel' || kind === 'thread') return channelRefs(access, kind, query);
  if (guildId === null) return [];
  if (id !== undefined) {
    // One user's members: a key a guild instead of a walk over all members.
    const guildIds = guildId === undefined ? await members(access, `${OWN}guilds`) : [guildId];
    return guildIds.map((guild) => ownedRef(kind, guild, id));
  }
  if (guildId === undefined) return (await members(access, `${keyWord(kind)}_keys`)).map((key) => refOf(kind, key));
  return (await keysOfGuild(access, kind, guildId)).map((key) => refOf(kind, key));
}

async function userRefs({ ask }: ReadAccess): Promise<readonly EntityRef[]> {
  const [text, known] = await ask(['GET', BOT_USER], ['GET', `${OWN}${BOT_USER}`]);
  if (typeof text !== 'string') return [];
  const id: unknown = known ?? (JSON.parse(text) as { id?: unknown }).id;
  return typeof id === 'string' ? [userRef(id)] : [];
}

async function channelRefs(
  access: ReadAccess,
  kind: 'channel' | 'thread',
  { guildId }: ListQuery,
): Promise<readonly EntityRef[]> {
  if (typeof guildId === 'string')
    return (await keysOfGuild(access, kind, guildId)).map((key) => ownedRef(kind, guildId, refOf(kind, key).id));
  const ids = (await members(access, `${keyWord(kind)}_keys`)).map((key) => refOf(kind, key).id);
  const guilds = await guildsOf(access, `${OWN}channel_guilds`, ids);
  const refs = ids.map((id) => ownedRef(kind, guilds.get(id) ?? null, id));
  return guildId === null ? refs.filter((ref) => ref.guildId === null) : refs;
}

async function messageRefs(access: ReadAccess, { channelId, guildId }: ListQuery): Promise<readonly EntityRef[]> {
  const refs = (await messageKeys(access, channelId, guildId)).map((key) => refOf('message', key));
  const guilds = await guildsOf(access, `${OWN}message_guilds`, [...new Set(refs.map((ref) => ref.channelId ?? ''))]);
  return refs
    .map((ref) => ({ ...ref, guildId: guilds.get(ref.channelId ?? '') ?? null }))
    .filter((ref) => guildId === undefined || ref.guildId === guildId);
}

async function messageKeys(
  access: ReadAccess,
  channelId: string | undefined,
  guildId: string | null | undefined,
): Promise<readonly string[]> {
  if (channelId !== undefined) return members(access, `channel_keys:${channelId}`);
  if (guildId === undefined) return members(access, 'message_keys');
  const channels = await members(access, `${OWN}message_channels:${guildId ?? ''}`);
  const keys: string[] = [];
  for (let from = 0; from < channels.length; from += KEYS_AT_ONCE) {
    const sets = channels.slice(from, from + KEYS_AT_ONCE).map((channel) => ['SMEMBERS', `channel_keys:${channel}`]);
    for (const some of (await access.ask(...sets)) as string[][]) for (const key of some) keys.push(key);
  }
  return keys;
}

/** Guilds by channel, of those that have one. */
async function guildsOf({ ask }: ReadAccess, hash: string, ids: readonly string[]): Promise<Map<string, string>> {
  const guilds = new Map<string, string>();
  for (let from = 0; from < ids.length; from += KEYS_AT_ONCE) {
    const some = ids.slice(from, from + KEYS_AT_ONCE);
    const [found] = (await ask(['HMGET', hash, ...some])) as [(string | null)[]];
    some.forEach((id, index) => {
      const guild = found[index];
      if (typeof guild === 'string' && guild !== '') guilds.set(id, guild);
    });
  }
  return guilds;
}

/** Keys of one kind in a guild. Members and presences have no set of their own there. */
async function keysOfGuild(access: ReadAccess, kind: EntityKind, guildId: string): Promise<readonly string[]> {
  const word = keyWord(kind);
  if (kind !== 'member' && kind !== 'presence') return members(access, `${OWN}${word}_keys:${guildId}`);
  return (await members(access, `guild_keys:${guildId}`)).filter((key) => key.startsWith(`${word}:`));
}

/** What is in a set, some at a time: sets may be long. */
export async function members({ ask }: Pick<ReadAccess, 'ask'>, set: string): Promise<readonly string[]> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [reply] = await ask(['SSCAN', set, cursor, 'COUNT', String(KEYS_AT_ONCE)]);
    const [next, some] = reply as [string, readonly string[]];
    for (const member of some) found.add(member);
    cursor = next;
  } while (cursor !== '0');
  return [...found];
}

/** How many objects of each kind the index sets have. */
export async function countObjects({ ask }: ReadAccess): Promise<Record<EntityKind, number>> {
  const replies = await ask(
    ...ENTITY_KINDS.map((kind) => (kind === 'user' ? ['EXISTS', BOT_USER] : ['SCARD', `${keyWord(kind)}_keys`])),
  );
  return Object.fromEntries(ENTITY_KINDS.map((kind, index) => [kind, Number(replies[index])])) as Record<
    EntityKind,
    number
  >;
}
