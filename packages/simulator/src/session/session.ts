import type { ShardKey } from '../records/violations.ts';
import type { WorldEvent } from '../world/world-event.ts';
import type { ReplayBuffer } from './replay-buffer.ts';

/** A dispatch as a session keeps it for a resume; its text is made again when it is needed. */
export interface SentDispatch {
  readonly seq: number;
  readonly event: WorldEvent;
}

/** The connection that a session's dispatches go out on, as far as the session needs to know it. */
export interface Carrier {
  readonly id: number;
  sendDispatch(t: string, seq: number, body: string): void;
}

/** What Discord keeps of a shard from READY on, whether it is connected or not. */
export interface Session {
  readonly id: string;
  readonly shard: ShardKey;
  readonly intents: number;
  /** Of the connection that identified; a resume must use the same. */
  readonly version: string;
  readonly encoding: string;
  readonly compress: string;
  readonly largeThreshold: number;
  readonly replay: ReplayBuffer<SentDispatch>;
  /** Sequence of the last dispatch. */
  seq: number;
  /** Highest sequence a heartbeat told. */
  heartbeatSeq: number;
  carrier: Carrier | undefined;
  presence: object | null;
  /** Timer of the end of a session without connection. */
  expiry: unknown;
  /** Guilds of READY that are still to be told, by number; the next one is at `backfilled`. */
  backfill: readonly number[];
  backfilled: number;
}
