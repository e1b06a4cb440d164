import type { EntityKind } from '@shardgate/state';

/** A store of the cache. */
export interface StoreView {
  readonly name: string;
  /** Whether it answers. */
  readonly isReady: boolean;
  /** Whether it may lack changes: it failed, was too slow, or is being rebuilt. */
  readonly isStale: boolean;
  /** Operations that wait for it. */
  readonly queuedOperations: number;
  /** Operations it did not get since it was whole the last time. */
  readonly droppedOperations: number;
  /** Guilds of which it lacks something until Discord sends them whole. */
  readonly missingGuilds: number;
  /** Shards of which it has no guild until they begin a new session. */
  readonly missingShards: readonly number[];
  /** More, for people; null when there is nothing to say. */
  readonly detail: string | null;
}

/** The cache, as it stands. */
export interface StateView {
  readonly stores: readonly StoreView[];
  /** Events that wait for stores, over all shards. */
  readonly waitingEvents: number;
  /** Since the process started: dispatches that changed something, what they changed, and reducers that failed. */
  readonly applied: number;
  readonly operations: number;
  readonly failed: number;
  /** Objects by kind, a few seconds old at most; null until the first store was asked. */
  readonly objects: Readonly<Record<EntityKind, number>> | null;
  /** Wall-clock milliseconds at which they were counted. */
  readonly countedAt: number | null;
  /** Address of the State API; null without one. */
  readonly apiUrl: string | null;
}
