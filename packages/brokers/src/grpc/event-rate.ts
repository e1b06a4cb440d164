import { RATE_SECONDS } from './defaults.ts';

/** Counts events of shards by the second. */
export interface EventRates {
  count(shardId: number, now: number): void;
  /** Events a second over the last minute. */
  of(shardId: number, now: number): number;
  forget(shardId: number): void;
}

interface Counts {
  /** Events of each second of the minute. */
  readonly seconds: Uint32Array;
  /** The second counted last. */
  last: number;
}

/** `now` is the clock's, milliseconds. */
export function createEventRates(): EventRates {
  const shards = new Map<number, Counts>();

  const moved = (counts: Counts, second: number): void => {
    const passed = Math.min(RATE_SECONDS, second - counts.last);
    for (let step = 1; step <= passed; step++) counts.seconds[(second - passed + step) % RATE_SECONDS] = 0;
    counts.last = Math.max(counts.last, second);
  };

  return {
    count: (shardId, now) => {
      const second = Math.floor(now / 1_000);
      const counts = shards.get(shardId) ?? { seconds: new Uint32Array(RATE_SECONDS), last: second };
      shards.set(shardId, counts);
      moved(counts, second);
      const place = second % RATE_SECONDS;
      counts.seconds[place] = (counts.seconds[place] ?? 0) + 1;
    },
    of: (shardId, now) => {
      const counts = shards.get(shardId);
      if (counts === undefined) return 0;
      moved(counts, Math.floor(now / 1_000));
      return counts.seconds.reduce((sum, one) => sum + one, 0) / RATE_SECONDS;
    },
    forget: (shardId) => void shards.delete(shardId),
  };
}
