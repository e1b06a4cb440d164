import type { Reducer } from '../reducer.ts';
import { idOf, objectOf, objectsOf } from './discord-object.ts';
import { entriesOf, NO_OPERATIONS, objectReducer, put, remove, replaceList } from './operations.ts';

/** Created or changed. */
export const soundWritten: Reducer = objectReducer('soundboardSound', put);

export const soundDelete: Reducer = objectReducer('soundboardSound', remove);

/** Several changed; the rest of the list stays. */
export const soundsUpdate: Reducer = {
  kinds: ['soundboardSound'],
  old: 'many',
  reduce({ d }, context) {
    const { guild_id, soundboard_sounds } = objectOf(d);
    const guildId = idOf(guild_id);
    if (guildId === undefined) return NO_OPERATIONS;
    const entries = entriesOf(context, 'soundboardSound', objectsOf(soundboard_sounds));
    return [{ op: 'putAll', kind: 'soundboardSound', guildId, entries, tellOld: context.tellsOld }];
  },
};

/** All of a guild, as the answer to op 31. */
export const soundboardSounds: Reducer = replaceList('soundboardSound', 'soundboard_sounds');
