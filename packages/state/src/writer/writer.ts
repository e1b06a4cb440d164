import type { Operation, Replaced } from '../operation.ts';
import type { StoreReport } from '../state-status.ts';
import type { HeldShard } from './held-shards.ts';

/** What a write gave: what the operations replaced; undefined where that is not known because the store is stale. */
export type Written = readonly Replaced[] | undefined;

/** Brings operations to one store and keeps book of its condition. */
export interface Writer {
  /** At once from a store that answers at once and from one that is stale; never throws, never rejects. */
  write(operations: readonly Operation[]): Written | Promise<Written>;
  /** Resolves when the store has everything, or after `deadlineMs`; then nothing more is written. */
  end(deadlineMs: number): Promise<void>;
  /** The store has nothing left of what was written. */
  emptied(): void;
  /** A shard goes on with an earlier session, of which nothing was seen before. */
  seen(shard: HeldShard): void;
  report(): StoreReport;
}
