import { createNumberRuns, type NumberRuns } from './number-runs.ts';

/** A set of event ids, `<shard>/<shardCount>:<session>:<sequence number>`. */
export interface EventSet {
  readonly size: number;
  /** The numbers by session. */
  readonly sessions: ReadonlyMap<string, NumberRuns>;
  has(id: string): boolean;
  /** False when it was there already. */
  add(id: string): boolean;
}

export function createEventSet(): EventSet {
  const sessions = new Map<string, NumberRuns>();
  let size = 0;
  return {
    sessions,
    get size() {
      return size;
    },
    has(id) {
      const { session, seq } = partsOf(id);
      return sessions.get(session)?.has(seq) === true;
    },
    add(id) {
      const { session, seq } = partsOf(id);
      let runs = sessions.get(session);
      if (runs === undefined) {
        runs = createNumberRuns();
        sessions.set(session, runs);
      }
      const isNew = runs.add(seq);
      if (isNew) size++;
      return isNew;
    },
  };
}

function partsOf(id: string): { session: string; seq: number } {
  const colon = id.lastIndexOf(':');
  const seq = Number(id.slice(colon + 1));
  if (colon < 1 || !Number.isSafeInteger(seq)) throw new Error(`'${id}' is no id of an event`);
  return { session: id.slice(0, colon), seq };
}
