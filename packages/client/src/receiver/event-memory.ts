import { RecentKeys } from '../recent-keys.ts';

/** Work that has not settled yet. A class: V8 would make literals in the old heap after one backlog. */
class UnderWay {
  readonly group: string;
  readonly key: number | string;
  readonly end: Promise<void>;

  constructor(group: string, key: number | string, end: Promise<void>) {
    this.group = group;
    this.key = key;
    this.end = end;
  }
}

/** Sees to it that what has been handled is not handled again; the oldest is forgotten first. */
export class EventMemory {
  readonly #done: RecentKeys;
  /** A list, since it is short: requests handle their events one after the other, and a sender keeps few connections. */
  readonly #running: UnderWay[] = [];

  constructor(limit: number) {
    this.#done = new RecentKeys(limit);
  }

  /**
   * Runs `work` unless work of that key has succeeded before; what is under way under that key is joined. True when it was run for this
   * call; just so, and no promise, where nobody has to wait. Throws or rejects as the work does; that key can then be tried again.
   *
   * @param group what the key belongs to: the session for an event's number, '' for a name
   */
  once(group: string, key: number | string, work: () => Promise<void> | undefined): boolean | Promise<boolean> {
    if (this.#done.has(group, key)) return false;
    for (const other of this.#running)
      if (other.key === key && other.group === group) return other.end.then(() => false);
    const end = work();
    if (end !== undefined) return this.#finish(new UnderWay(group, key, end));
    this.#done.add(group, key);
    return true;
  }

  async #finish(mine: UnderWay): Promise<boolean> {
    this.#running.push(mine);
    try {
      await mine.end;
    } finally {
      this.#running.splice(this.#running.indexOf(mine), 1);
    }
    this.#done.add(mine.group, mine.key);
    return true;
  }
}
