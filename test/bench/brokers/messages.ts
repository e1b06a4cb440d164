import { mixedEvents } from '../mix/mix.ts';
import { SHARDS } from './broker.ts';

/** Different messages of each shard; then the same ones come again, under new numbers. */
const DIFFERENT = 2_000;

/** Messages as Discord sends them, each of them new bytes. */
export interface Messages {
  /** The next so many of each shard, numbered on. */
  take(eventsPerShard: number): readonly (readonly Buffer[])[];
}

export function createMessages(): Messages {
  const shards = Array.from({ length: SHARDS }, (_, shard) => {
    const events = mixedEvents('typical', shard + 1);
    return Array.from({ length: DIFFERENT }, () => {
      const { t, d } = events.next().value;
      return { head: `{"t":"${t}","s":`, tail: `,"op":0,"d":${JSON.stringify(d)}}` };
    });
  });
  let taken = 0;
  return {
    take(eventsPerShard) {
      const first = taken + 1;
      taken += eventsPerShard;
      return shards.map((different) =>
        Array.from({ length: eventsPerShard }, (_, index) => {
          const s = first + index;
          const { head, tail } = different[s % DIFFERENT] ?? { head: '', tail: '' };
          return Buffer.from(head + s + tail);
        }),
      );
    },
  };
}
