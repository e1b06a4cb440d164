import type { EntityKind } from './entity.ts';
import type { EventOrigin, ReducerContext } from './reducer.ts';
import type { FieldChoice, State } from './state.ts';

/** What reducers may know of an event's origin and of the user's choices. */
export function reducerContext(
  { kinds, fields: choices }: Pick<State, 'kinds' | 'fields'>,
  { shardId, shardCount, botId }: EventOrigin,
  tellsOld: boolean,
): ReducerContext {
  const fields = (kind: EntityKind, object: object): Record<string, unknown> => {
    const choice = choices[kind];
    return choice === undefined ? { ...object } : chosen(object, choice);
  };
  return {
    shardId,
    shardCount,
    botId,
    tellsOld,
    keeps(kind, userId) {
      const choice = kinds[kind];
      if (choice === 'own' && userId !== undefined) return userId === botId;
      return choice !== false;
    },
    fields,
    write(kind, object, guildId) {
      const isWhole = guildId === undefined || 'guild_id' in object;
      const whole = isWhole ? object : { ...object, guild_id: guildId };
      return JSON.stringify(choices[kind] === undefined ? whole : fields(kind, whole));
    },
  };
}

function chosen(object: object, choice: FieldChoice): Record<string, unknown> {
  const isChosen =
    'pick' in choice ? (name: string) => choice.pick.includes(name) : (name: string) => !choice.omit.includes(name);
  return Object.fromEntries(Object.entries(object).filter(([name]) => isChosen(name)));
}
