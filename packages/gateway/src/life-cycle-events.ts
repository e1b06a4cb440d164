import type { EventEmitter } from 'eventemitter3';
import type { GatewayErrorCode } from './errors.ts';
import type { IdentifyStatus } from './identify/identify-governor.ts';
import type { Resharded, ReshardPhase, ReshardProgress } from './reshard/reshard-status.ts';
import type { ConnectTarget } from './shard/phase.ts';

/** How far `spawnShards` is. */
export interface SpawnProgress {
  /** Shards of this range that are ready now. */
  readonly ready: number;
  /** Of them, how many continued a stored session. */
  readonly resumed: number;
  readonly total: number;
  /** Milliseconds until the last one can be ready, by the rules of the identify buckets; 0 when all are. */
  readonly etaMs: number;
}

/**
 * Life-cycle events and their arguments. None is emitted per dispatch. Listeners run synchronously; one that throws is
 * contained and reported as `hookError` (of `events`).
 */
export interface GatewayEvents {
  /** A socket is being opened. */
  shardConnecting: (event: { shardId: number; target: ConnectTarget }) => void;
  /** HELLO came. */
  shardHello: (event: { shardId: number; heartbeatIntervalMs: number }) => void;
  /** IDENTIFY was sent. */
  shardIdentifying: (event: { shardId: number }) => void;
  /** RESUME was sent, with this sequence number. */
  shardResuming: (event: { shardId: number; sequence: number }) => void;
  /** READY or RESUMED came. */
  shardReady: (event: { shardId: number; how: 'identified' | 'resumed' }) => void;
  /** RESUMED came: the replay is over. After `shardReady`. */
  resumed: (event: { shardId: number; replayed: number }) => void;
  /**
   * Every guild of READY's list has arrived or is known to be down; or none has arrived for 30 seconds, and `missing` of them never did (all of them without the Guilds
   * intent).
   */
  guildsLoaded: (event: { shardId: number; available: number; unavailable: number; missing: number }) => void;
  /** A new session's READY differs from what was known: guilds that the bot left or joined while no one was connected. */
  guildsChanged: (event: { shardId: number; left: readonly string[]; joined: readonly string[] }) => void;
  /** The connection is gone; the next attempt follows after `retryInMs` or a little later. */
  shardDisconnected: (event: { shardId: number; cause: string; retryInMs: number }) => void;
  /** The shard will not try again. */
  shardFatal: (event: { shardId: number; code: GatewayErrorCode; closeCode: number; remedy: string }) => void;
  shardStopped: (event: { shardId: number }) => void;
  /**
   * Discord will not replay what came after `lastSequence` of this session, up to `nextSequence` (itself not lost) or, without one, to the session's end: the only
   * way to lose events, always declared.
   */
  gap: (event: {
    shardId: number;
    sessionId: string;
    lastSequence: number;
    nextSequence?: number;
    cause: string;
  }) => void;
  /** `latencyMs`: from the heartbeat to its acknowledgement. */
  heartbeatAck: (event: { shardId: number; latencyMs: number }) => void;
  /** The connection lives but heartbeats are not acknowledged. */
  acknowledgementLate: (event: { shardId: number; sinceMs: number }) => void;
  /** The server sent something that cannot be read, or something unknown that was ignored. */
  protocolError: (event: { shardId: number; code: string; detail: string }) => void;
  /** The sequence jumped forward inside a session; everything that came is delivered. */
  sequenceJump: (event: { shardId: number; from: number; to: number }) => void;
  /** Reading stopped because `maxInFlight` was reached; heartbeats go on. */
  shardPaused: (event: { shardId: number; events: number; bytes: number }) => void;
  shardUnpaused: (event: { shardId: number }) => void;
  /** The budget changed. */
  identifyBudget: (event: IdentifyStatus) => void;
  /** An identify has to wait longer than its bucket asks for. */
  identifyRefused: (event: { shardId: number; reason: string; retryAfterMs: number }) => void;
  spawnProgress: (event: SpawnProgress) => void;
  /** A reshard goes on: with each step, and once a second. */
  reshardProgress: (event: ReshardProgress) => void;
  /** The new shards have taken over. Comes after the last event of the old ones, and before the first of a new one. */
  resharded: (event: Resharded) => void;
  /** The old shards are closed: the reshard is over. */
  reshardClosed: (event: { from: number; to: number; tookMs: number }) => void;
  /** A reshard was given up: the old shards go on as if it had not been. */
  reshardRolledBack: (event: { from: number; to: number; phase: ReshardPhase; reason: string }) => void;
  /** Discord closed the connection for a payload it could not use (4001, 4002); this was the last command on it. It is not sent again. */
  commandRefused: (event: { shardId: number; op: number; closeCode: number }) => void;
  /** A replaced method, a listener or the payload handler threw, rejected or did not return in time. */
  hookError: (event: { method: string; shardId: number | undefined; error: unknown }) => void;
  /** The session store or the identify ledger failed; it is tried again. */
  storeError: (event: { store: 'sessions' | 'identifies'; error: unknown }) => void;
  /** `/gateway/bot` could not be read; what runs goes on. */
  gatewayBotError: (event: { error: unknown }) => void;
}

export type GatewayEmitter = EventEmitter<GatewayEvents>;
