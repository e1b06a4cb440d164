import { ENTITY_KINDS, GUILD_LISTS, guildRef, type GuildList, type StoredEntity } from '../entity.ts';
import type { Operation } from '../operation.ts';
import type { SynchronousStore } from '../store.ts';

/** Objects written by one operation. */
const PART = 500;

/**
 * Everything a store holds, as operations that make another store hold the same. Each step is read when it is asked for, and whole: changes made after it must be carried out after it.
 */
export function* rebuildOperations(source: SynchronousStore): Generator<readonly Operation[], undefined> {
  const guildIds = knownGuilds(source);
  yield [{ op: 'retainGuilds', shardId: 0, shardCount: 1, guildIds }];
  for (const guildId of guildIds) {
    const guild = source.get(guildRef(guildId));
    yield [
      { op: 'clearGuild', guildId },
      ...(guild === undefined ? [] : [putOf({ ref: guildRef(guildId), value: guild })]),
    ];
    for (const kind of GUILD_LISTS) yield putAlls(source, kind, guildId);
    yield source.list({ kind: 'message', guildId }).map(putOf);
  }
  yield source.list({ kind: 'user' }).map(putOf);
  for (const kind of ['channel', 'thread', 'message'] as const) yield source.list({ kind, guildId: null }).map(putOf);
  return undefined;
}

function putOf({ ref, value }: StoredEntity): Operation {
  return { op: 'put', ref, value, ifAbsent: false, tellOld: false };
}

function putAlls(source: SynchronousStore, kind: GuildList, guildId: string): readonly Operation[] {
  const entries = source.list({ kind, guildId }).map(({ ref, value }) => ({ id: ref.id, value }));
  return Array.from({ length: Math.ceil(entries.length / PART) }, (_, part) => ({
    op: 'putAll',
    kind,
    guildId,
    entries: entries.slice(part * PART, (part + 1) * PART),
    tellOld: false,
  }));
}

/** A guild may be known by its lists alone, where guilds themselves are not kept. */
function knownGuilds(source: SynchronousStore): readonly string[] {
  const ids = new Set(source.list({ kind: 'guild' }).map(({ ref }) => ref.id));
  if (ids.size > 0) return [...ids];
  for (const kind of ENTITY_KINDS)
    for (const { ref } of source.list({ kind })) if (ref.guildId !== null) ids.add(ref.guildId);
  return [...ids];
}
