import type { GatewayManager, TimerHandle } from '@shardgate/gateway';
import type { JournaledLane } from './journal/journal.ts';
import type { Cut } from './lanes/cut.ts';
import type { Lane } from './lanes/lane.ts';
import type { Source } from './lanes/source.ts';
import type { SinkSlot } from './sinks/sink-slot.ts';

/** What a delivery's parts share while it runs. Changed by the library only. */
export interface DeliveryRuntime {
  readonly slots: readonly SinkSlot[];
  /** By lane name. */
  readonly sources: Map<string, Source>;
  /** By shard id, the one that was asked for last. */
  readonly asked: Map<number, Source>;
  /** By lane name, one for each sink. */
  readonly lanes: Map<string, readonly Lane[]>;
  /** Sources that are looked at when this tick is over. */
  due: Source[];
  /** Sources whose newest events go to the journal when this tick is over. */
  unwritten: Source[];
  /** What earlier processes left, by lane name, until the lane is there. */
  readonly recovered: Map<string, RecoveredLane>;
  /** Shard count of the shards that run now; undefined before the first is known. */
  shardCount: number | undefined;
  /** Cuts that not every sink has passed, oldest first. */
  cuts: Cut[];
  /** Sources of other shard counts, and since when nothing new is expected of them, in monotonic milliseconds. */
  readonly leaving: Map<Source, number>;
  /** Highest offset of a source that is gone. */
  highestFreed: number;
  gateway: GatewayManager | undefined;
  state: 'idle' | 'starting' | 'running' | 'draining' | 'stopped';
  /** Of events in memory. */
  memoryBytes: number;
  /** The journal said that it is full. */
  isFull: boolean;
  /** Monotonic milliseconds before which it is not asked again. */
  askJournalAt: number;
  /** Monotonic milliseconds of the last look at the due sources. */
  gatheredAt: number;
  upkeepTimer: TimerHandle;
  /** Timers of interactions that may have to be answered. */
  readonly watched: Set<TimerHandle>;
  /** Called when something was settled. */
  onSettled: (() => void) | undefined;
  readonly counts: { accepted: number; duplicates: number; journaled: number };
}

/** A lane of earlier processes. */
export interface RecoveredLane extends JournaledLane {
  /** Cursors by sink name. */
  readonly cursors: ReadonlyMap<string, number>;
}
