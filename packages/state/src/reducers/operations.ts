import { ownedRef, type EntityRef, type GuildList } from '../entity.ts';
import type { ListEntry, Merge, Operation, Put, Remove } from '../operation.ts';
import type { Reducer, ReducerContext } from '../reducer.ts';
import { idOf, objectOf, objectsOf, type DiscordObject } from './discord-object.ts';

/** Nothing to do. */
export const NO_OPERATIONS: readonly Operation[] = [];

/** Writes the whole object and tells the old one. */
export function put(context: ReducerContext, ref: EntityRef, object: DiscordObject): Put {
  const value = context.write(ref.kind, object, ref.guildId ?? undefined);
  return { op: 'put', ref, value, ifAbsent: false, tellOld: context.tellsOld };
}

/** Sets members of an object that may be there, and tells how it was. */
export function merge(context: ReducerContext, ref: EntityRef, fields: DiscordObject): Merge {
  return {
    op: 'merge',
    ref,
    fields: context.fields(ref.kind, fields),
    createIfAbsent: false,
    tellOld: context.tellsOld,
  };
}

/** The same; the fields are an object of their own if there is none. */
export function upsert(context: ReducerContext, ref: EntityRef, fields: DiscordObject): Merge {
  return { ...merge(context, ref, fields), createIfAbsent: true };
}

export function remove(context: ReducerContext, ref: EntityRef): Remove {
  return { op: 'remove', ref, tellOld: context.tellsOld };
}

/** Entries of a list; objects without an id are left out. */
export function entriesOf(
  context: ReducerContext,
  kind: GuildList,
  objects: readonly DiscordObject[],
  guildId?: string,
): ListEntry[] {
  const entries: ListEntry[] = [];
  for (const object of objects) {
    const id = LIST_ID[kind](object);
    if (id !== undefined) entries.push({ id, value: context.write(kind, object, guildId) });
  }
  return entries;
}

/** What names an object in its guild. */
const LIST_ID: Readonly<Record<GuildList, (object: DiscordObject) => string | undefined>> = {
  channel: ownId,
  thread: ownId,
  role: ownId,
  emoji: ownId,
  sticker: ownId,
  member: userId,
  presence: userId,
  voiceState: ({ user_id }) => idOf(user_id),
  stageInstance: ownId,
  scheduledEvent: ownId,
  soundboardSound: ({ sound_id }) => idOf(sound_id),
};

function ownId({ id }: DiscordObject): string | undefined {
  return idOf(id);
}

function userId({ user }: DiscordObject): string | undefined {
  return idOf(objectOf(user)['id']);
}

/** What an event of one object in a guild's list does with it. */
type Deed = (context: ReducerContext, ref: EntityRef, object: DiscordObject) => Operation;

/** A reducer of events whose data is one object of a guild's list. */
export function objectReducer(kind: GuildList, deed: Deed): Reducer {
  return {
    kinds: [kind],
    old: 'one',
    reduce({ d }, context) {
      const object = objectOf(d);
      const guildId = idOf(object['guild_id']);
      const id = LIST_ID[kind](object);
      return guildId === undefined || id === undefined
        ? NO_OPERATIONS
        : [deed(context, ownedRef(kind, guildId, id), object)];
    },
  };
}

/** A reducer of events that bring the whole list of a guild. */
export function replaceList(kind: GuildList, name: string): Reducer {
  return {
    kinds: [kind],
    old: 'many',
    reduce({ d }, context) {
      const data = objectOf(d);
      const guildId = idOf(data['guild_id']);
      // An event without its list is no empty list.
      if (guildId === undefined || !Array.isArray(data[name])) return NO_OPERATIONS;
      const entries = entriesOf(context, kind, objectsOf(data[name]));
      return [{ op: 'replaceAll', kind, guildId, entries, parentIds: null, tellOld: context.tellsOld }];
    },
  };
}
