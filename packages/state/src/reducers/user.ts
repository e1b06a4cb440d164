import { userRef } from '../entity.ts';
import type { Reducer } from '../reducer.ts';
import { idOf, objectOf } from './discord-object.ts';
import { NO_OPERATIONS, upsert } from './operations.ts';

/** The bot's own user: of no other is there such an event. */
export const userUpdate: Reducer = {
  kinds: ['user'],
  old: 'one',
  reduce({ d }, context) {
    const user = objectOf(d);
    const id = idOf(user['id']);
    return id === undefined ? NO_OPERATIONS : [upsert(context, userRef(id), user)];
  },
};
