/**
 * The newest events that are done, in a bounded memory: at least `limit` of them, and never more than twice as many. By session and number: a set of ids
 * has to read the text of every id that it passes, which takes as long as parsing a small event.
 */
export class RecentEvents {
  readonly #limit: number;
  // Two generations, the older of which goes as a whole: to find and remove the oldest event of one would mean to walk over all that were removed before it.
  #newer = new Map<string, Set<number>>();
  #older: ReadonlyMap<string, ReadonlySet<number>> = new Map();
  #newerCount = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @param session names the session among those of all shards */
  has(session: string, seq: number): boolean {
    return this.#newer.get(session)?.has(seq) === true || this.#older.get(session)?.has(seq) === true;
  }

  /** An event that is not among them. */
  add(session: string, seq: number): void {
    if (this.#limit === 0) return;
    const numbers = this.#newer.get(session);
    if (numbers === undefined) this.#newer.set(session, new Set([seq]));
    else numbers.add(seq);
    this.#newerCount++;
    if (this.#newerCount < this.#limit) return;
    this.#older = this.#newer;
    this.#newer = new Map();
    this.#newerCount = 0;
  }
}
