import { createRecentIds } from './recent-ids.ts';

/** Sees to it that what has been handled is not handled again. */
export interface EventMemory {
  /**
   * Runs `work` unless work of that name has succeeded before; what is under way under that name is joined. True when it was run for this
   * call; just so, and no promise, where nobody has to wait. Throws or rejects as the work does; that name can then be tried again.
   */
  once(name: string, work: () => Promise<void> | undefined): boolean | Promise<boolean>;
}

/** Creates an empty memory; the oldest names are forgotten first. */
export function createEventMemory(limit: number): EventMemory {
  const done = createRecentIds(limit);
  const running = new Map<string, Promise<void>>();

  const join = async (current: Promise<void>): Promise<boolean> => {
    await current;
    return false;
  };

  const finish = async (name: string, mine: Promise<void>): Promise<boolean> => {
    try {
      await mine;
    } finally {
      running.delete(name);
    }
    done.add(name);
    return true;
  };

  return {
    once(name, work) {
      if (done.has(name)) return false;
      const current = running.get(name);
      if (current !== undefined) return join(current);
      const mine = work();
      if (mine === undefined) {
        done.add(name);
        return true;
      }
      running.set(name, mine);
      return finish(name, mine);
    },
  };
}
