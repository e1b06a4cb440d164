import { ownedRef } from '../entity.ts';
import type { Operation } from '../operation.ts';
import type { Reducer, ReducerContext } from '../reducer.ts';
import { idOf, objectOf, objectsOf, without, type DiscordObject } from './discord-object.ts';
import { merge, NO_OPERATIONS, remove, upsert } from './operations.ts';

/** Created or changed. What the event does not have (pins, the status of a voice channel) stays. */
export const channelWritten: Reducer = {
  kinds: ['channel'],
  old: 'one',
  reduce({ d }, context) {
    const channel = objectOf(d);
    const id = idOf(channel['id']);
    if (id === undefined) return NO_OPERATIONS;
    return [upsert(context, ownedRef('channel', idOf(channel['guild_id']) ?? null, id), channel)];
  },
};

export const channelDelete: Reducer = {
  kinds: ['channel', 'thread', 'message', 'voiceState'],
  old: 'one',
  reduce({ d }, context) {
    const { id: given, guild_id } = objectOf(d);
    const id = idOf(given);
    const guildId = idOf(guild_id) ?? null;
    if (id === undefined) return NO_OPERATIONS;
    return [remove(context, ownedRef('channel', guildId, id)), { op: 'clearChannel', channelId: id, guildId }];
  },
};

/** The event does not say whether it is of a channel or of a thread. */
export const channelPinsUpdate: Reducer = {
  kinds: ['channel', 'thread'],
  old: 'one',
  reduce({ d }, context) {
    const { channel_id, guild_id, last_pin_timestamp } = objectOf(d);
    const id = idOf(channel_id);
    if (id === undefined) return NO_OPERATIONS;
    const guildId = idOf(guild_id) ?? null;
    const fields = { last_pin_timestamp: last_pin_timestamp ?? null };
    return (['channel', 'thread'] as const)
      .filter((kind) => context.keeps(kind))
      .map((kind) => merge(context, ownedRef(kind, guildId, id), fields));
  },
};

const NO_FIELDS: ReadonlySet<string> = new Set(['id', 'guild_id']);

function voiceChannel(context: ReducerContext, guildId: string | undefined, told: DiscordObject): readonly Operation[] {
  const id = idOf(told['id']);
  if (id === undefined || guildId === undefined) return NO_OPERATIONS;
  return [merge(context, ownedRef('channel', guildId, id), without(told, NO_FIELDS))];
}

/** Status or start time of a voice channel. */
export const voiceChannelUpdate: Reducer = {
  kinds: ['channel'],
  old: 'one',
  reduce: ({ d }, context) => voiceChannel(context, idOf(objectOf(d)['guild_id']), objectOf(d)),
};

/** The same of several, as the answer to op 43. */
export const channelInfo: Reducer = {
  kinds: ['channel'],
  old: 'many',
  reduce({ d }, context) {
    const { guild_id, channels } = objectOf(d);
    return objectsOf(channels).flatMap((channel) => voiceChannel(context, idOf(guild_id), channel));
  },
};
