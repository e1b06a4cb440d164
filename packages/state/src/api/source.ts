import type { EntityKind, EntityRef, StoredEntity } from '../entity.ts';
import type { State } from '../state.ts';
import type { Answer, ListQuery } from '../store.ts';
import type { Pace } from './pace.ts';

/** Some objects of a list. */
export type Page = readonly StoredEntity[];

/** A state as the routes read it. */
export interface Source {
  get(ref: EntityRef): Promise<string | undefined>;
  /** Objects of one list in pages of a slice at most. */
  pages(query: ListQuery, pace: Pace): AsyncGenerator<Page>;
  /** The same one by one, and at once where the store answers at once and the slice is not full: undefined at the end. */
  pageReader(query: ListQuery, pace: Pace): () => Answer<Page | undefined>;
  /** Many objects by name, a slice at a time. */
  many(refs: readonly EntityRef[], pace: Pace): AsyncGenerator<readonly (string | undefined)[]>;
  /** Some of what has one id, whatever guild it is in. */
  anywhere(kind: EntityKind, id: string, limit: number): Promise<readonly StoredEntity[]>;
  counts(): Promise<Readonly<Record<EntityKind, number>>>;
}

/** Always through the state's methods, as these may be replaced. */
export function createSource(state: State): Source {
  const pageReader: Source['pageReader'] = (query, pace) => readerOf(state, query, pace);
  return {
    get: async (ref) => state.get(state, ref),
    pageReader,
    async *pages(query, pace) {
      const next = pageReader(query, pace);
      for (let page = await next(); page !== undefined; page = await next()) if (page.length > 0) yield page;
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

function readerOf(state: State, query: ListQuery, pace: Pace): () => Answer<Page | undefined> {
  let { after, limit: left = Number.POSITIVE_INFINITY } = query;

  function came(page: Page, limit: number): Answer<Page> {
    left = page.length < limit ? 0 : left - page.length;
    after = page.at(-1)?.ref.id;
    const pause = pace.spent(page.length);
    return pause === undefined ? page : pause.then(() => page);
  }

  return () => {
    if (left <= 0) return undefined;
    const limit = Math.min(left, pace.room);
    const answer = state.list(state, { ...query, limit, ...(after === undefined ? {} : { after }) });
    return Array.isArray(answer) ? came(answer, limit) : Promise.resolve(answer).then((page) => came(page, limit));
  };
}
