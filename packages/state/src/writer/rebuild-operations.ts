import { GUILD_LISTS, guildRef, shardIdOf, type GuildList, type StoredEntity } from '../entity.ts';
import type { Operation } from '../operation.ts';
import type { ListQuery, SynchronousStore } from '../store.ts';
import type { HeldShard } from './held-shards.ts';

/** Objects read, and written, at once. */
const PART = 500;

/**
 * What a store holds of some shards, as operations that make another store hold the same of them. Each step is read when it is asked for, and whole: changes made after it must be carried out after it.
 *
 * What the source does not have is removed only where it knows all guilds of the shard: others may hold what it never saw. What is in no guild is shard 0's.
 * https://docs.discord.com/developers/events/gateway#sharding
 */
export function* rebuildOperations(
  source: SynchronousStore,
  shards: readonly HeldShard[],
): Generator<readonly Operation[], undefined> {
  const guildIds = byShard(source.guildIds(), shards);
  for (const shard of shards) {
    const own = guildIds.get(shard) ?? [];
    const { shardId, shardCount, isKnown } = shard;
    if (isKnown) yield [{ op: 'retainGuilds', shardId, shardCount, guildIds: own }];
    for (const guildId of own) yield* guildOperations(source, guildId, isKnown);
    if (shardId !== 0) continue;
    if (isKnown) yield [{ op: 'clearGuild', guildId: null }];
    for (const kind of ['channel', 'thread'] as const) yield* puts(source, { kind, guildId: null });
    yield source.list({ kind: 'message', guildId: null }).map(putOf);
  }
  yield source.list({ kind: 'user' }).map(putOf);
  return undefined;
}

function* guildOperations(
  source: SynchronousStore,
  guildId: string,
  isKnown: boolean,
): Generator<readonly Operation[], undefined> {
  const guild = source.get(guildRef(guildId));
  const isStub = guild !== undefined && isOnlyNamed(guild);
  // A guild in an outage is to stay as it was.
  if (isKnown && !isStub) yield [{ op: 'clearGuild', guildId }];
  if (guild !== undefined) yield [guildOperation(guildId, guild, { isKnown, isStub })];
  for (const kind of GUILD_LISTS) yield* putAlls(source, kind, guildId);
  yield source.list({ kind: 'message', guildId }).map(putOf);
  return undefined;
}

function guildOperation(
  guildId: string,
  guild: string,
  { isKnown, isStub }: { readonly isKnown: boolean; readonly isStub: boolean },
): Operation {
  const ref = guildRef(guildId);
  if (isKnown) return { ...putOf({ ref, value: guild }), ifAbsent: isStub };
  const fields = JSON.parse(guild) as Record<string, unknown>;
  // A put would tell that all of the guild is there.
  return { op: 'merge', ref, fields, createIfAbsent: true, tellOld: false };
}

/** READY has named it, and its GUILD_CREATE has not come. */
function isOnlyNamed(guild: string): boolean {
  const { unavailable, name } = JSON.parse(guild) as { readonly unavailable?: unknown; readonly name?: unknown };
  return unavailable === true && name === undefined;
}

function putOf({ ref, value }: StoredEntity): Operation & { op: 'put' } {
  return { op: 'put', ref, value, ifAbsent: false, tellOld: false };
}

function* puts(source: SynchronousStore, query: ListQuery): Generator<readonly Operation[], undefined> {
  for (const page of pages(source, query)) yield page.map(putOf);
  return undefined;
}

function* putAlls(
  source: SynchronousStore,
  kind: GuildList,
  guildId: string,
): Generator<readonly Operation[], undefined> {
  for (const page of pages(source, { kind, guildId })) {
    const entries = page.map(({ ref, value }) => ({ id: ref.id, value }));
    yield [{ op: 'putAll', kind, guildId, entries, tellOld: false }];
  }
  return undefined;
}

/** A list in parts; what comes or goes in between is written after the part. */
function* pages(source: SynchronousStore, query: ListQuery): Generator<readonly StoredEntity[], undefined> {
  let after: string | undefined;
  for (;;) {
    const page = source.list({ ...query, limit: PART, ...(after === undefined ? {} : { after }) });
    if (page.length > 0) yield page;
    if (page.length < PART) return undefined;
    after = page.at(-1)?.ref.id;
  }
}

function byShard(guildIds: readonly string[], shards: readonly HeldShard[]): ReadonlyMap<HeldShard, readonly string[]> {
  const found = new Map<HeldShard, string[]>();
  const shardCount = shards[0]?.shardCount ?? 1;
  const byId = new Map(shards.map((shard) => [shard.shardId, shard]));
  for (const guildId of guildIds) {
    const shard = byId.get(shardIdOf(guildId, shardCount));
    if (shard === undefined) continue;
    const ids = found.get(shard);
    if (ids === undefined) found.set(shard, [guildId]);
    else ids.push(guildId);
  }
  return found;
}
