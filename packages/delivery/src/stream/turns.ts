import type { Lease } from './leases.ts';

/**
 * Lanes with something to send, in the order of their turns; each stands in it once.
 *
 * No `Set`: one that loses and gets members all the time makes a new table every few steps, and each old table holds the next one, so that only a collection of the whole heap frees any of them.
 */
export interface Turns {
  readonly first: Lease | undefined;
  /** To the end of the line, where it does not stand in it. */
  add(lease: Lease): void;
  /** The first has had its turn. */
  next(): void;
  /** Out of the line, wherever it stands. */
  remove(lease: Lease): void;
  clear(): void;
}

export function createTurns(): Turns {
  let line: (Lease | undefined)[] = [];
  let head = 0;
  const turns: Turns = {
    get first() {
      return line.length === 0 ? undefined : line[head];
    },
    add(lease) {
      if (lease.isWaiting) return;
      lease.isWaiting = true;
      line.push(lease);
    },
    next() {
      const { first } = turns;
      if (first === undefined) return;
      first.isWaiting = false;
      line[head++] = undefined;
      if (head < line.length) return;
      line = [];
      head = 0;
    },
    remove(lease) {
      if (!lease.isWaiting) return;
      lease.isWaiting = false;
      line = line.slice(head).filter((each) => each !== lease);
      head = 0;
    },
    clear() {
      for (const lease of line) if (lease !== undefined) lease.isWaiting = false;
      line = [];
      head = 0;
    },
  };
  return turns;
}
