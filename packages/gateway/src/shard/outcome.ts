import type { ShardEffect } from './effect.ts';
import type { ShardState } from './phase.ts';
import type { ShardTimings } from './timings.ts';

/** The outside world, as values. */
export interface TransitionContext {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** A fresh number in [0, 1) for whatever this transition spreads. */
  readonly jitter: number;
  readonly timings: ShardTimings;
}

export interface Transition {
  readonly state: ShardState;
  readonly effects: readonly ShardEffect[];
}
