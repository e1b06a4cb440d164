/**
 * The newest keys, in a bounded memory: at least `limit` of them, and never more than twice as many. An event's key is its number among those of its
 * session: a set of ids has to read the text of every id that it passes, which takes as long as parsing a small event.
 */
export class RecentKeys {
  readonly #limit: number;
  // Two generations, the older of which goes as a whole: to find and remove the oldest key of one would mean to walk over all that were removed before it.
  #newer = new Map<string, KeySet>();
  #older: ReadonlyMap<string, KeySet> = new Map();
  #newerCount = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @param group what the key belongs to: keys of two groups are two, even when they are equal */
  has(group: string, key: number | string): boolean {
    return this.#newer.get(group)?.has(key) === true || this.#older.get(group)?.has(key) === true;
  }

  /** A key that is not among them. */
  add(group: string, key: number | string): void {
    if (this.#limit === 0) return;
    let keys = this.#newer.get(group);
    if (keys === undefined) this.#newer.set(group, (keys = new KeySet()));
    keys.add(key);
    this.#newerCount++;
    if (this.#newerCount < this.#limit) return;
    this.#older = this.#newer;
    this.#newer = new Map();
    this.#newerCount = 0;
  }
}

/** Keys of one group. Nearly every number that is asked for is the highest so far: the set, whose memory is seldom at hand, is not looked into for it. */
class KeySet {
  readonly #keys = new Set<number | string>();
  #highest = -Infinity;

  has(key: number | string): boolean {
    return (typeof key === 'string' || key <= this.#highest) && this.#keys.has(key);
  }

  add(key: number | string): void {
    this.#keys.add(key);
    if (typeof key === 'number' && key > this.#highest) this.#highest = key;
  }
}
