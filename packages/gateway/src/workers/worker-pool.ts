import type { GatewayManager } from '../gateway-manager.ts';
import type { PoolEmitter } from './pool-events.ts';
import type { WorkerState } from './worker-slot.ts';

/** One worker, as `status` shows it. */
export interface WorkerStatus {
  readonly workerId: number;
  /** `idle`: not started; `down`: gone, started again after a pause. */
  readonly state: WorkerState;
  readonly pid: number | undefined;
  readonly threadId: number | undefined;
  /** Its shards. While resharding an id may be here twice, once for each shard count. */
  readonly shards: readonly { readonly shardId: number; readonly shardCount: number }[];
  /** How often it was lost. */
  readonly losses: number;
}

/** What `createWorkerPool` returns. */
export interface WorkerPool {
  readonly events: PoolEmitter;
  /**
   * Has a gateway's shards run in the workers, resumed ones too: replaces its `tellClusterToIdentify`, `prepareBuckets`, `identify`, `resume` and `stopGateway`, and sets
   * `shardsPerCluster` and `maxClusters` where the pool was given them. Before `spawnShards`; shards that run already stay where they are.
   */
  attach(gateway: GatewayManager): void;
  /** Has the worker identify the shard. Made to be the gateway's method of this name; `attach` sees to that. */
  tellClusterToIdentify: GatewayManager['tellClusterToIdentify'];
  /** Starts workers before any shard needs them. Resolves when they are there; rejects when one could not be started. */
  start(workers: number): Promise<void>;
  /** Closes what is still open resumably, then ends every worker. Resolves after `stopTimeoutMs` and two seconds at the latest. `stopGateway` of an attached gateway does it. */
  stop(): Promise<void>;
  /**
   * Moves a shard: its worker closes the connection, lets handlers finish and lets go, the other one resumes. Resolves when it is ready there.
   *
   * @param shardCount of the shard, where two shard counts live side by side; default: the newest
   * @throws {RangeError} for a shard that no worker has, or a worker that may not be
   */
  move(shardId: number, workerId: number, shardCount?: number): Promise<void>;
  /** Moves shards, one at a time, until no worker has two more than another. Resolves with how many. */
  rebalance(): Promise<number>;
  status(): readonly WorkerStatus[];
}
