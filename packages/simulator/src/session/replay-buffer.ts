/** A dispatch that was numbered, as kept for a resume. */
export interface Numbered {
  readonly seq: number;
}

/** The last dispatches of a session, oldest first, at most `limit`. */
export interface ReplayBuffer<Entry extends Numbered> {
  push(entry: Entry): void;
  /** Forgets what is not above `seq`. */
  trimTo(seq: number): void;
  /** Whether everything above `seq` is still here. */
  covers(seq: number): boolean;
  /** What is above `seq`, oldest first. */
  after(seq: number): Entry[];
  readonly size: number;
}

export function createReplayBuffer<Entry extends Numbered>(limit: number): ReplayBuffer<Entry> {
  const entries: Entry[] = [];
  let head = 0;
  /** The highest sequence that was forgotten. */
  let forgotten = 0;

  function forgetOldest(): void {
    forgotten = Math.max(forgotten, (entries[head] as Entry).seq);
    head += 1;
    if (head > 1_000 && head * 2 > entries.length) {
      entries.splice(0, head);
      head = 0;
    }
  }

  /** Index of the first entry above `seq`. */
  function indexAfter(seq: number): number {
    let low = head;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((entries[middle] as Entry).seq > seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  return {
    push(entry) {
      entries.push(entry);
      if (entries.length - head > limit) forgetOldest();
    },
    trimTo(seq) {
      while (head < entries.length && (entries[head] as Entry).seq <= seq) forgetOldest();
      forgotten = Math.max(forgotten, seq);
    },
    covers: (seq) => seq >= forgotten,
    after: (seq) => entries.slice(indexAfter(seq)),
    get size() {
      return entries.length - head;
    },
  };
}
