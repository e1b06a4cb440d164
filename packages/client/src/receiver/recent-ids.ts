/** The newest ids, in a bounded memory: at least `limit` of them, and never more than twice as many. */
export interface RecentIds {
  has(id: string): boolean;
  add(id: string): void;
}

export function createRecentIds(limit: number): RecentIds {
  // Two sets, the older of which goes as a whole: to find and remove the oldest of one would mean to walk over all that were removed before it.
  let newer = new Set<string>();
  let older: ReadonlySet<string> = new Set();
  return {
    has: (id) => newer.has(id) || older.has(id),
    add(id) {
      if (limit === 0) return;
      newer.add(id);
      if (newer.size < limit) return;
      older = newer;
      newer = new Set();
    },
  };
}
