import { ownedRef } from '../entity.ts';
import type { Operation } from '../operation.ts';
import type { Reducer } from '../reducer.ts';
import { idOf, objectOf, objectsOf, without } from './discord-object.ts';
import { entriesOf, NO_OPERATIONS, objectReducer, put, remove, upsert } from './operations.ts';
import { isOffline } from './presence.ts';

/** A member who is new, or is told of once more. */
export const memberAdd: Reducer = ofKept(objectReducer('member', put));

/** Whoever is not known yet is from now on. */
export const memberUpdate: Reducer = ofKept(objectReducer('member', upsert));

/** With only the bot's own member kept, the others' events do nothing. */
function ofKept(reducer: Reducer): Reducer {
  return {
    ...reducer,
    reduce: (payload, context) =>
      context.keeps('member', idOf(objectOf(objectOf(payload.d)['user'])['id']))
        ? reducer.reduce(payload, context)
        : NO_OPERATIONS,
  };
}

export const memberRemove: Reducer = {
  kinds: ['member', 'presence'],
  old: 'one',
  reduce({ d }, context) {
    const { guild_id, user } = objectOf(d);
    const [guildId, id] = [idOf(guild_id), idOf(objectOf(user)['id'])];
    if (guildId === undefined || id === undefined) return NO_OPERATIONS;
    return [
      remove(context, ownedRef('member', guildId, id)),
      { ...remove(context, ownedRef('presence', guildId, id)), tellOld: false },
    ];
  },
};

const PRESENCES: ReadonlySet<string> = new Set(['presence']);

/** The answer to op 8. */
export const membersChunk: Reducer = {
  kinds: ['member', 'presence'],
  old: 'none',
  reduce({ d }, context) {
    const { guild_id, members, presences } = objectOf(d);
    const guildId = idOf(guild_id);
    if (guildId === undefined) return NO_OPERATIONS;
    const operations: Operation[] = [];
    const kept = objectsOf(members)
      .filter(({ user }) => context.keeps('member', idOf(objectOf(user)['id'])))
      .map((member) => without(member, PRESENCES));
    if (kept.length > 0) {
      const entries = entriesOf(context, 'member', kept, guildId);
      operations.push({ op: 'putAll', kind: 'member', guildId, entries, tellOld: false });
    }
    const online = objectsOf(presences).filter((presence) => !isOffline(presence));
    if (online.length > 0 && context.keeps('presence')) {
      const entries = entriesOf(context, 'presence', online, guildId);
      operations.push({ op: 'putAll', kind: 'presence', guildId, entries, tellOld: false });
    }
    return operations;
  },
};
