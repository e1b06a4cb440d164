import { messageRef, type EntityRef } from '../entity.ts';
import type { Reducer } from '../reducer.ts';
import { idOf, idsOf, objectOf, type DiscordObject } from './discord-object.ts';
import { merge, NO_OPERATIONS, put, remove, upsert } from './operations.ts';

function refOf({ id: given, channel_id, guild_id }: DiscordObject): EntityRef | undefined {
  const [id, channelId] = [idOf(given), idOf(channel_id)];
  return id === undefined || channelId === undefined ? undefined : messageRef(channelId, id, idOf(guild_id) ?? null);
}

export const messageCreate: Reducer = {
  kinds: ['message'],
  old: 'one',
  reduce({ d }, context) {
    const message = objectOf(d);
    const ref = refOf(message);
    return ref === undefined ? NO_OPERATIONS : [put(context, ref, message)];
  },
};

/** A whole message may be unknown until now; one without its author is a part of one, which alone would be no message. */
export const messageUpdate: Reducer = {
  kinds: ['message'],
  old: 'one',
  reduce({ d }, context) {
    const message = objectOf(d);
    const ref = refOf(message);
    if (ref === undefined) return NO_OPERATIONS;
    return [message['author'] === undefined ? merge(context, ref, message) : upsert(context, ref, message)];
  },
};

export const messageDelete: Reducer = {
  kinds: ['message'],
  old: 'one',
  reduce({ d }, context) {
    const ref = refOf(objectOf(d));
    return ref === undefined ? NO_OPERATIONS : [remove(context, ref)];
  },
};

export const messageDeleteBulk: Reducer = {
  kinds: ['message'],
  old: 'many',
  reduce({ d }, context) {
    const { ids, channel_id, guild_id } = objectOf(d);
    const channelId = idOf(channel_id);
    if (channelId === undefined) return NO_OPERATIONS;
    return idsOf(ids).map((id) => remove(context, messageRef(channelId, id, idOf(guild_id) ?? null)));
  },
};
