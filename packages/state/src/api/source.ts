import type { EntityKind, EntityRef, StoredEntity } from '../entity.ts';
import type { State } from '../state.ts';
import type { ListQuery } from '../store.ts';
import type { Pace } from './pace.ts';

/** A state as the routes read it. */
export interface Source {
  get(ref: EntityRef): Promise<string | undefined>;
  /** Objects of one list in pages of a slice at most. */
  pages(query: ListQuery, pace: Pace): AsyncGenerator<readonly StoredEntity[]>;
  /** Many objects by name, a slice at a time. */
  many(refs: readonly EntityRef[], pace: Pace): AsyncGenerator<readonly (string | undefined)[]>;
  /** Some of what has one id, whatever guild it is in. */
  anywhere(kind: EntityKind, id: string, limit: number): Promise<readonly StoredEntity[]>;
  counts(): Promise<Readonly<Record<EntityKind, number>>>;
}

/** Always through the state's methods, as these may be replaced. */
export function createSource(state: State): Source {
  return {
    get: async (ref) => state.get(state, ref),
    async *pages(query, pace) {
      let { after, limit: left = Number.POSITIVE_INFINITY } = query;
      while (left > 0) {
        const limit = Math.min(left, pace.room);
        const page = await state.list(state, { ...query, limit, ...(after === undefined ? {} : { after }) });
        await pace.spent(page.length);
        if (page.length > 0) yield page;
        if (page.length < limit) return;
        left -= page.length;
        after = page.at(-1)?.ref.id;
      }
    },
    async *many(refs, pace) {
      for (let start = 0; start < refs.length;) {
        const part = refs.slice(start, start + pace.room);
        start += part.length;
        const values = await state.getMany(state, part);
        await pace.spent(part.length);
        yield values;
      }
    },
    anywhere: async (kind, id, limit) => state.list(state, { kind, id, limit }),
    counts: async () => state.counts(state),
  };
}
