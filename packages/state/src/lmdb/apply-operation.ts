import { ownedRef, shardIdOf, type GuildList } from '../entity.ts';
import { mergeFields, type Operation, type PutAll, type Replaced, type ReplaceAll } from '../operation.ts';
import type { ObjectReader } from './object-reader.ts';
import type { ObjectWriter } from './object-writer.ts';

/** The objects of a store as operations see them. */
export type Objects = Pick<ObjectReader, 'get'> &
  ObjectWriter & {
    /** Ids of a guild's list; a copy, since what is walked over is changed. */
    idsOf(kind: GuildList, guildId: string | null): readonly string[];
  };

/** Carries out one operation. */
export function applyOperation(objects: Objects, operation: Operation): Replaced {
  switch (operation.op) {
    case 'put': {
      const { ref, value, ifAbsent, tellOld } = operation;
      const old = tellOld || ifAbsent ? objects.get(ref) : undefined;
      if (old === undefined || !ifAbsent) objects.write(ref, value);
      return tellOld ? old : undefined;
    }
    case 'merge': {
      const { ref, fields, createIfAbsent, tellOld } = operation;
      const old = objects.get(ref);
      if (old !== undefined || createIfAbsent) objects.write(ref, mergeFields(old, fields));
      return tellOld ? old : undefined;
    }
    case 'remove': {
      const old = operation.tellOld ? objects.get(operation.ref) : undefined;
      objects.remove(operation.ref);
      return old;
    }
    case 'putAll':
      return putAll(objects, operation);
    case 'replaceAll':
      return replaceAll(objects, operation);
    case 'clearGuild':
      objects.clearGuild(operation.guildId);
      return undefined;
    case 'clearChannel':
      clearChannel(objects, operation.channelId, operation.guildId);
      return undefined;
    case 'retainGuilds': {
      const { shardId, shardCount } = operation;
      const kept = new Set(operation.guildIds);
      for (const guildId of Array.from(objects.guildIds))
        if (!kept.has(guildId) && shardIdOf(guildId, shardCount) === shardId) objects.clearGuild(guildId);
      return undefined;
    }
  }
}

function putAll(objects: Objects, { kind, guildId, entries, tellOld }: PutAll): Replaced {
  const old: string[] = [];
  for (const { id, value } of entries) {
    const ref = ownedRef(kind, guildId, id);
    const before = tellOld ? objects.get(ref) : undefined;
    if (before !== undefined) old.push(before);
    objects.write(ref, value);
  }
  return tellOld ? old : undefined;
}

function replaceAll(objects: Objects, operation: ReplaceAll): Replaced {
  const { kind, guildId, entries, parentIds, tellOld } = operation;
  const old: string[] = [];
  const kept = new Set(entries.map(({ id }) => id));
  const parents = parentIds === null ? undefined : new Set<unknown>(parentIds);
  for (const id of objects.idsOf(kind, guildId)) {
    const ref = ownedRef(kind, guildId, id);
    const before = tellOld || parents !== undefined ? objects.get(ref) : undefined;
    if (parents !== undefined && !parents.has(member(before, 'parent_id'))) continue;
    if (tellOld && before !== undefined) old.push(before);
    if (!kept.has(id)) objects.remove(ref);
  }
  for (const { id, value } of entries) objects.write(ownedRef(kind, guildId, id), value);
  return tellOld ? old : undefined;
}

function clearChannel(objects: Objects, channelId: string, guildId: string | null): void {
  objects.clearMessages(channelId);
  for (const id of objects.idsOf('thread', guildId)) {
    const ref = ownedRef('thread', guildId, id);
    if (member(objects.get(ref), 'parent_id') !== channelId) continue;
    objects.clearMessages(id);
    objects.remove(ref);
  }
  for (const id of objects.idsOf('voiceState', guildId)) {
    const ref = ownedRef('voiceState', guildId, id);
    if (member(objects.get(ref), 'channel_id') === channelId) objects.remove(ref);
  }
}

function member(text: string | undefined, name: string): unknown {
  return text === undefined ? undefined : (JSON.parse(text) as Readonly<Record<string, unknown>>)[name];
}
