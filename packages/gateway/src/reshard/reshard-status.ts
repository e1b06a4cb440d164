/** What is asked of `resharder`. Everything left out is found out. */
export interface ReshardRequest {
  /**
   * New shard count. Default: Discord's recommendation, or what the guilds need if that is more. This one too is rounded up as `useOptimalLargeBotSharding` asks: Discord refuses other
   * counts of a large bot.
   */
  readonly maxShards?: number;
  /** First new shard of this process. Default: 0 where this process has all shards; needed where it has a part. */
  readonly firstShardId?: number;
  /** Last new shard of this process, itself included. Default: all; needed where this process has a part. */
  readonly lastShardId?: number;
}

/** What became of a call of `resharder`. */
export interface ReshardResult {
  /** The new shards have taken over. */
  readonly done: boolean;
  /** Why not, when they have not: nothing is changed then. */
  readonly reason: string;
  /** Shard counts before and (had it been done) after. */
  readonly from: number;
  readonly to: number;
}

/** Whether resharding is called for. */
export interface ReshardNeed {
  readonly needed: boolean;
  /** In words, for the log: why, or why not. */
  readonly reason: string;
  /** Guilds of this process's shards, percent of what they can hold. */
  readonly fillPercent: number;
  /** Shard count to go to. */
  readonly maxShards: number;
}

/**
 * Where a reshard stands. `preparing`: new shards connect beside the old ones, which go on. `aligning`: all are ready and have their guilds; both streams are held against each other. `cutting`:
 * nothing is handed over until the new sessions are stored. `closing`: the new shards have taken over, the old ones get the answers that were asked of them.
 */
export type ReshardPhase = 'preparing' | 'aligning' | 'cutting' | 'closing';

/** How far a reshard is. */
export interface ReshardProgress {
  readonly phase: ReshardPhase;
  readonly from: number;
  readonly to: number;
  /** New shards that are ready, with their guilds. */
  readonly ready: number;
  readonly total: number;
  /** Milliseconds until the last new shard can be ready, by the rules of the identify buckets. */
  readonly etaMs: number;
  /** Events of new shards that wait for their old counterpart, and their bytes. */
  readonly heldEvents: number;
  readonly heldBytes: number;
  /** Wall-clock milliseconds of the start. */
  readonly startedAt: number;
}

/** Shards of one shard count, with the sessions that they had at the cut. */
export interface ReshardGeneration {
  readonly shardCount: number;
  readonly shards: readonly { readonly shardId: number; readonly sessionId: string; readonly sequence: number }[];
}

/** What happened at a cut. */
export interface Resharded {
  /** Everything up to these cursors was handed over, by the old shards. */
  readonly from: ReshardGeneration;
  /** What comes after these cursors is handed over by the new ones. */
  readonly to: ReshardGeneration;
  /** Wall-clock milliseconds. */
  readonly at: number;
}
