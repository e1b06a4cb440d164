/** Entries in the order they came, the oldest forgotten above a limit. Each has a number that it keeps. */
export interface BoundedLog<Entry> {
  push(entry: Entry): void;
  /** Entries with a number above `after`, oldest first. */
  entries(after: number): Iterable<readonly [number: number, entry: Entry]>;
  /** How many there ever were: the number of the newest. Numbers begin with 1. */
  readonly total: number;
  /** How many were forgotten because of the limit. */
  readonly forgotten: number;
  clear(): void;
}

/** `limit` is asked at each entry, so it can change. */
export function createBoundedLog<Entry>(limit: () => number): BoundedLog<Entry> {
  let kept: Entry[] = [];
  let head = 0;
  let total = 0;
  let forgotten = 0;

  return {
    push(entry) {
      kept.push(entry);
      total += 1;
      const surplus = kept.length - head - limit();
      if (surplus <= 0) return;
      head += surplus;
      forgotten += surplus;
      if (head > 10_000 && head * 2 > kept.length) {
        kept = kept.slice(head);
        head = 0;
      }
    },
    *entries(after) {
      const firstNumber = total - (kept.length - head) + 1;
      for (let number = Math.max(firstNumber, after + 1); number <= total; number += 1) {
        yield [number, kept[head + number - firstNumber] as Entry];
      }
    },
    get total() {
      return total;
    },
    get forgotten() {
      return forgotten;
    },
    clear() {
      kept = [];
      head = 0;
      forgotten = 0;
    },
  };
}
