import type { StoreStatus } from './store.ts';

/** A store and what the state knows of it. */
export interface StoreReport extends StoreStatus {
  readonly name: string;
  /** It may lack changes: it failed, was too slow, or is being rebuilt. */
  readonly isStale: boolean;
  /** Operations that wait for it. */
  readonly queuedOperations: number;
  /** Operations it did not get since it was whole the last time. */
  readonly droppedOperations: number;
  /** Guilds of which it lacks something until Discord sends them whole; those of no guild count as one. */
  readonly missingGuilds: number;
  /** Shards of which it has no guild, until they begin a new session: a store came without its data, and none is at hand from which it could be written. */
  readonly missingShards: readonly number[];
}

/** What `status` gives. */
export interface StateStatus {
  readonly phase: 'idle' | 'starting' | 'running' | 'stopping' | 'stopped';
  readonly stores: readonly StoreReport[];
  /** Events that wait for stores, over all shards. */
  readonly waitingEvents: number;
  /** Since the process started: dispatches that changed something, operations of them, reducers that threw. */
  readonly counts: { readonly applied: number; readonly operations: number; readonly failed: number };
}
