import type { GatewayManager } from '@shardgate/gateway';
import type { Lane } from './lanes/lane.ts';
import type { StateStatus } from './state-status.ts';
import type { HeldShards } from './writer/held-shards.ts';
import type { Writer } from './writer/writer.ts';

/** What a state's parts share while it runs. Changed by the library only. */
export interface StateRuntime {
  phase: StateStatus['phase'];
  /** Of every store, in their order. */
  readonly writers: readonly Writer[];
  readonly held: HeldShards;
  /** By shard; only where a store answers by promises. */
  readonly lanes: Map<number, Lane>;
  gateway: GatewayManager | undefined;
  /** Names of the dispatches that do something with the kinds that are kept. */
  readonly wanted: ReadonlySet<string>;
  readonly counts: { applied: number; operations: number; failed: number };
}
