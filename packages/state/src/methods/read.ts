import type { EntityKind, EntityRef, StoredEntity } from '../entity.ts';
import type { State } from '../state.ts';
import type { Answer, ListQuery, Store } from '../store.ts';

/** Default of {@link StateMethods.get}. */
export function get(state: State, ref: EntityRef): Answer<string | undefined> {
  return first(state).get(ref);
}

/** Default of {@link StateMethods.getMany}. */
export function getMany(state: State, refs: readonly EntityRef[]): Answer<readonly (string | undefined)[]> {
  return first(state).getMany(refs);
}

/** Default of {@link StateMethods.list}. */
export function list(state: State, query: ListQuery): Answer<readonly StoredEntity[]> {
  return first(state).list(query);
}

/** Default of {@link StateMethods.counts}. */
export function counts(state: State): Answer<Readonly<Record<EntityKind, number>>> {
  return first(state).counts();
}

function first({ stores }: State): Store {
  const [store] = stores;
  if (store === undefined) throw new TypeError('this state has no store');
  return store;
}
