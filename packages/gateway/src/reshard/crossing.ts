import type { Payload } from '@shardgate/wire';
import type { InFlight, SequenceTracker } from '../shard/sequence.ts';
import type { Shard } from '../shard/shard.ts';

/** Stands at the door of a generation of shards while they are resharded: sees each dispatch first. */
export interface Crossing {
  /** Whether the dispatch was taken: then it goes no further now, and whoever took it settles its sequence number. */
  takes(shard: Shard, payload: Payload): boolean;
}

/** A dispatch that waits, with the place it has in its session. */
export interface WaitingEvent {
  readonly shard: Shard;
  readonly tracker: SequenceTracker;
  readonly flight: InFlight;
  /** Undefined for one that the filters hold back. */
  readonly payload: Payload | undefined;
  /** The filters have seen it. */
  readonly filtered: boolean;
  /** Nobody has an interest in it any more. */
  readonly gone: boolean;
}

/** The events of old and new shards while both are there. */
export interface ReshardStreams {
  /** Stands before the old shards, until the cut. */
  readonly old: Crossing;
  /** Stands before the new shards, until the cut. */
  readonly next: Crossing;
  /** Stands before the new shards for a while after the cut: what the old ones handed over last does not come twice. */
  readonly tail: Crossing;
  /** Stands before the old shards after the cut: only answers to what was asked of them pass. */
  readonly retired: Crossing;
  /** Events of new shards that wait for their old counterpart. */
  readonly heldEvents: number;
  readonly heldBytes: number;
  /** Events of old shards that the new ones have still to show. */
  readonly ahead: number;
  /** From now on events of the old shards wait. */
  freezeOld(): void;
  /** From now on events of the new shards wait, all of them. */
  freezeNew(): void;
  /** The events of old shards that waited, oldest first; from now on none waits. */
  thawOld(): WaitingEvent[];
  /** Back to matching the new shards' events. */
  thawNew(): void;
  /** The events of new shards that wait, oldest first; they are the taker's. */
  takeHeld(): WaitingEvent[];
  /** Whether an event of an old shard belongs to a guild that none of the new shards here has. */
  leavesProcess(event: WaitingEvent): boolean;
  /** Forgets what will not come. Once a second. */
  expire(): void;
}
