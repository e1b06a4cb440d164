import type { LaneTable } from './lane.ts';
import type { LaneIndex } from './lane-index.ts';
import type { Lane } from './lane.ts';
import { indexOf } from './scan-segment.ts';
import type { Segment } from './segment.ts';
import { readFooter } from './segment.ts';
import type { JournalStore } from './store.ts';

/** Memory for the indexes of segments that are not being written. */
const MOST_BYTES = 4 * 2 ** 20;

/** Brings back the indexes of segments and keeps the last few in memory. */
export interface IndexCache {
  load(segment: Segment): Promise<ReadonlyMap<Lane, LaneIndex>>;
  /** A segment that has just been read or sealed: its index is at hand and may go when others need the room. */
  add(segment: Segment): void;
  forget(segment: Segment): void;
}

export function createIndexCache(store: JournalStore, lanes: LaneTable): IndexCache {
  /** Least recently loaded first. */
  const loaded = new Map<Segment, number>();
  const underWay = new Map<Segment, Promise<ReadonlyMap<Lane, LaneIndex>>>();

  const bring = async (segment: Segment): Promise<ReadonlyMap<Lane, LaneIndex>> => {
    const footer = segment.sealed ? await readFooter(store, lanes, segment) : undefined;
    segment.index = footer?.segment.index ?? (await indexOf(store, lanes, segment));
    cache.add(segment);
    return segment.index;
  };

  const cache: IndexCache = {
    load(segment) {
      let loading = underWay.get(segment);
      if (loading === undefined) {
        loading = bring(segment).finally(() => void underWay.delete(segment));
        underWay.set(segment, loading);
      }
      return loading;
    },
    add(segment) {
      let bytes = 0;
      for (const index of segment.index?.values() ?? []) bytes += index.size;
      loaded.delete(segment);
      loaded.set(segment, bytes);
      let total = 0;
      for (const size of loaded.values()) total += size;
      for (const [oldest, size] of loaded) {
        if (total <= MOST_BYTES || oldest === segment) break;
        oldest.index = undefined;
        loaded.delete(oldest);
        total -= size;
      }
    },
    forget: (segment) => void loaded.delete(segment),
  };
  return cache;
}
