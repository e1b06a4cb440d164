import { createRecentIds } from '../recent-ids.ts';

/** Sees to it that what has been handled is not handled again. */
export interface EventMemory {
  /**
   * Runs `work` unless work of that name has succeeded before; what is under way under that name is joined. True when it was run for this
   * call. Rejects as the work does; that name can then be tried again.
   */
  once(name: string, work: () => Promise<void>): Promise<boolean>;
}

/** Creates an empty memory; the oldest names are forgotten first. */
export function createEventMemory(limit: number): EventMemory {
  const done = createRecentIds(limit);
  const running = new Map<string, Promise<void>>();

  return {
    once: async (name, work) => {
      if (done.has(name)) return false;
      const current = running.get(name);
      if (current !== undefined) {
        await current;
        return false;
      }
      const mine = work();
      running.set(name, mine);
      try {
        await mine;
      } finally {
        running.delete(name);
      }
      done.add(name);
      return true;
    },
  };
}
