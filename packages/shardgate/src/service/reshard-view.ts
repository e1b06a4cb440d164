import type { ReshardNeed, ReshardProgress } from '@shardgate/gateway';
import type { ShardCondition } from './shard-condition.ts';

/** A new shard, which is not in charge yet. */
export interface NewShard {
  readonly id: number;
  readonly condition: ShardCondition;
}

/** A reshard that is under way. */
export interface RunningReshard extends ReshardProgress {
  /** Empty once they have taken over: then they are the shards. */
  readonly shards: readonly NewShard[];
}

/** What a reshard came to. `refused`: it was not begun. `rolledBack`: it was given up, and nothing is changed. */
export type ReshardEnd = 'done' | 'refused' | 'rolledBack';

/** How a reshard ended. */
export interface ReshardOutcome {
  readonly result: ReshardEnd;
  /** Shard counts before and (had it been done) after. */
  readonly from: number;
  readonly to: number;
  /** One sentence. */
  readonly reason: string;
  /** Wall-clock milliseconds. */
  readonly at: number;
  /** Milliseconds from its beginning; null for one that an earlier process began. */
  readonly tookMs: number | null;
}

/** Resharding, as it stands. */
export interface ReshardView {
  /** Whether the bot is resharded by itself, and from which fill on, percent. */
  readonly automatic: boolean;
  readonly percentage: number;
  /** Guilds of this process's shards, percent of what they can hold. */
  readonly fillPercent: number;
  /** Shards of the whole bot. */
  readonly shards: number;
  /** What `shards.total` says, where a reshard took its place; null where none has. */
  readonly configured: number | 'auto' | null;
  readonly running: RunningReshard | null;
  /** The newest that ended; null when there was none in this process. */
  readonly last: ReshardOutcome | null;
  /** Since the process started. */
  readonly ended: Readonly<Record<ReshardEnd, number>>;
}

/** Whether a reshard is called for, and what it would cost. */
export interface ReshardCheck extends ReshardNeed {
  /** Shards of the whole bot now. */
  readonly shards: number;
  /** What it would spend: one for each new shard of this process. */
  readonly identifies: number;
  /** What Discord still allows, of which the reserve is never spent. */
  readonly remaining: number;
  readonly reserve: number;
  readonly affordable: boolean;
  /** Until the last new shard can be ready, milliseconds. */
  readonly etaMs: number;
}

/** What is asked of a reshard. Everything left out is found out. */
export interface ReshardOrder {
  /** New shard count of the whole bot. */
  readonly count?: number;
  /** First and last new shard of this process. */
  readonly first?: number;
  readonly last?: number;
}

/** What came of an order. */
export interface ReshardAnswer {
  readonly accepted: boolean;
  /** Why not. */
  readonly reason: string;
}
