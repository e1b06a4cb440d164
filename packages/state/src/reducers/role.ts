import { ownedRef } from '../entity.ts';
import type { Reducer } from '../reducer.ts';
import { idOf, objectOf } from './discord-object.ts';
import { NO_OPERATIONS, put, remove } from './operations.ts';

/** Created or changed. */
export const roleWritten: Reducer = {
  kinds: ['role'],
  old: 'one',
  reduce({ d }, context) {
    const { guild_id, role: given } = objectOf(d);
    const role = objectOf(given);
    const [guildId, id] = [idOf(guild_id), idOf(role['id'])];
    if (guildId === undefined || id === undefined) return NO_OPERATIONS;
    // A role has no guild id of its own.
    return [{ ...put(context, ownedRef('role', guildId, id), role), value: context.write('role', role) }];
  },
};

/** Members that had it keep its id until they change themselves: whoever reads roles leaves out those that are gone. */
export const roleDelete: Reducer = {
  kinds: ['role'],
  old: 'one',
  reduce({ d }, context) {
    const { guild_id, role_id } = objectOf(d);
    const [guildId, id] = [idOf(guild_id), idOf(role_id)];
    return guildId === undefined || id === undefined ? NO_OPERATIONS : [remove(context, ownedRef('role', guildId, id))];
  },
};
