import { ownedRef, shardIdOf, type EntityRef, type GuildList } from '../entity.ts';
import { mergeFields, type Operation, type PutAll, type Replaced, type ReplaceAll } from '../operation.ts';
import { NO_GUILD, type Shelves } from './shelves.ts';

/** A memory store as operations see it: texts, not packed ones. */
export interface ShelfAccess {
  readonly shelves: Shelves;
  read(ref: EntityRef): string | undefined;
  write(ref: EntityRef, text: string): void;
}

/** Carries out one operation. */
export function applyToShelves(access: ShelfAccess, operation: Operation): Replaced {
  const { shelves } = access;
  switch (operation.op) {
    case 'put': {
      const { ref, value, ifAbsent, tellOld } = operation;
      if (ifAbsent && shelves.read(ref) !== undefined) return tellOld ? access.read(ref) : undefined;
      const old = tellOld ? access.read(ref) : undefined;
      access.write(ref, value);
      return old;
    }
    case 'merge': {
      const { ref, fields, createIfAbsent, tellOld } = operation;
      const old = access.read(ref);
      if (old !== undefined || createIfAbsent) access.write(ref, mergeFields(old, fields));
      return tellOld ? old : undefined;
    }
    case 'remove': {
      const old = operation.tellOld ? access.read(operation.ref) : undefined;
      shelves.remove(operation.ref);
      return old;
    }
    case 'putAll':
      return putAll(access, operation);
    case 'replaceAll':
      return replaceAll(access, operation);
    case 'clearGuild':
      shelves.clearGuild(operation.guildId);
      return undefined;
    case 'clearChannel':
      clearChannel(access, operation.channelId, operation.guildId);
      return undefined;
    case 'retainGuilds': {
      const { shardId, shardCount } = operation;
      const kept = new Set(operation.guildIds);
      for (const guildId of shelves.guildIds())
        if (!kept.has(guildId) && shardIdOf(guildId, shardCount) === shardId) shelves.clearGuild(guildId);
      return undefined;
    }
  }
}

function putAll(access: ShelfAccess, { kind, guildId, entries, tellOld }: PutAll): Replaced {
  const old: string[] = [];
  for (const { id, value } of entries) {
    const ref = ownedRef(kind, guildId, id);
    const before = tellOld ? access.read(ref) : undefined;
    if (before !== undefined) old.push(before);
    access.write(ref, value);
  }
  return tellOld ? old : undefined;
}

function replaceAll(access: ShelfAccess, operation: ReplaceAll): Replaced {
  const { kind, guildId, entries, parentIds, tellOld } = operation;
  const old: string[] = [];
  const kept = new Set(entries.map(({ id }) => id));
  const parents = parentIds === null ? undefined : new Set<unknown>(parentIds);
  for (const id of idsOf(access.shelves, guildId, kind)) {
    const ref = ownedRef(kind, guildId, id);
    const before = tellOld || parents !== undefined ? access.read(ref) : undefined;
    if (parents !== undefined && !parents.has(member(before, 'parent_id'))) continue;
    if (tellOld && before !== undefined) old.push(before);
    if (!kept.has(id)) access.shelves.remove(ref);
  }
  for (const { id, value } of entries) access.write(ownedRef(kind, guildId, id), value);
  return tellOld ? old : undefined;
}

function clearChannel(access: ShelfAccess, channelId: string, guildId: string | null): void {
  const { shelves } = access;
  const owner = guildId ?? NO_GUILD;
  shelves.messages.deleteChannel(channelId);
  for (const id of idsOf(shelves, owner, 'thread')) {
    const ref = ownedRef('thread', guildId, id);
    if (member(access.read(ref), 'parent_id') !== channelId) continue;
    shelves.messages.deleteChannel(id);
    shelves.remove(ref);
  }
  for (const id of idsOf(shelves, owner, 'voiceState')) {
    const ref = ownedRef('voiceState', guildId, id);
    if (member(access.read(ref), 'channel_id') === channelId) shelves.remove(ref);
  }
}

/** A copy: what is walked over is changed meanwhile. */
function idsOf(shelves: Shelves, guildId: string, kind: GuildList): readonly string[] {
  return Array.from(shelves.guilds.get(guildId)?.lists[kind]?.keys() ?? []);
}

function member(text: string | undefined, name: string): unknown {
  return text === undefined ? undefined : (JSON.parse(text) as Readonly<Record<string, unknown>>)[name];
}

/** Keeps a channel's messages at the limit; the lowest ids go. */
export function trimMessages({ messages }: Shelves, ref: EntityRef, limit: number): void {
  const channelId = ref.channelId ?? '';
  const kept = messages.channels.get(channelId)?.byId;
  while (kept !== undefined && kept.size > limit) {
    const lowest = messages.lowestId(channelId);
    if (lowest === undefined) return;
    messages.delete(channelId, lowest);
  }
}
