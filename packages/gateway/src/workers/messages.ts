import type { GuildStatus, GuildSnapshot } from '../session-store/session-store.ts';
import type { SendOptions, ShardCommand } from '../shard-command.ts';
import type { ShardInput } from '../shard/input.ts';
import type { SessionIdentity, ShardPhase } from '../shard/phase.ts';
import type { ShardHeartbeat, StoredPosition } from '../shard/shard.ts';
import type { SentError } from './sent-error.ts';
import type { ShippedOptions } from './shipped-options.ts';

/** All that a worker is told of a shard it takes. Both sides name it by `index`, which is never used again. */
export interface ShardSeat {
  readonly index: number;
  readonly shardId: number;
  readonly shardCount: number;
  readonly session: SessionIdentity | undefined;
  /** Settled sequence number to go on from. */
  readonly seq: number;
  readonly stored: StoredPosition | undefined;
  readonly guilds: GuildSnapshot | undefined;
  readonly guildsAnnounced: boolean;
  readonly userId: string | null;
  readonly applicationId: string | null;
  readonly presence: unknown;
  /** See `Shard.covered`. */
  readonly covered: readonly number[];
}

/** A shard in a worker, as its mirror shows it. */
export interface ShardFigures {
  readonly index: number;
  readonly phase: ShardPhase;
  /** The worker's monotonic clock, to which `phase.since` belongs. */
  readonly now: number;
  readonly session: SessionIdentity | undefined;
  readonly failures: number;
  /** Highest sequence number settled over there. */
  readonly settled: number;
  readonly heartbeat: ShardHeartbeat;
  readonly counts: Readonly<Record<string, number>>;
  readonly userId: string | null;
  readonly applicationId: string | null;
  readonly guildsAnnounced: boolean;
  /** See `Shard.requestedAt`; by the worker's clock. */
  readonly requestedAt: number;
}

/** One call of the guild registry, repeated on the mirror. */
export type GuildCall =
  | readonly ['ready', guildIds: readonly string[], seq: number]
  | readonly ['created' | 'deleted', id: string, unavailable: boolean, seq: number]
  | readonly ['set', id: string, status: GuildStatus];

/** What a worker asks of the main thread; answered by `answer`. */
export type WorkerQuestion =
  /** The right to identify. Answered when it is granted. */
  | { readonly what: 'permit'; readonly index: number }
  | { readonly what: 'gatewayBot'; readonly index: number }
  /** To store what the sessions have settled. Answered when it is stored. */
  | { readonly what: 'save'; readonly positions: readonly (readonly [index: number, sessionId: string, seq: number])[] }
  /** To forget ended sessions. */
  | { readonly what: 'remove'; readonly indices: readonly number[] };

/** What happened in a worker, in order with the events of the same tick. */
export type WorkerNote =
  | { readonly type: 'name'; readonly id: number; readonly name: string }
  | { readonly type: 'figures'; readonly figures: ShardFigures }
  | { readonly type: 'event'; readonly name: string; readonly event: object; readonly figures: ShardFigures }
  | { readonly type: 'guilds'; readonly index: number; readonly call: GuildCall }
  | { readonly type: 'ask'; readonly id: number; readonly question: WorkerQuestion }
  /** Of the permit that question `id` asked for. */
  | { readonly type: 'permit'; readonly id: number; readonly act: 'used' | 'released' }
  /** A command was written to the socket, or never will be. */
  | { readonly type: 'sent'; readonly id: number; readonly index: number; readonly error: SentError | undefined }
  /** A probe's answer came; or it will not. */
  | { readonly type: 'probed'; readonly id: number; readonly index: number; readonly answered: boolean }
  /** The module's handler still works on these, and what it was called for later crosses before. */
  | { readonly type: 'taken'; readonly index: number; readonly seqs: readonly number[] }
  /** The module's handler is done with an event that it was called for, or that it has taken. */
  | { readonly type: 'handled'; readonly index: number; readonly seq: number }
  | { readonly type: 'released'; readonly figures: ShardFigures }
  /** The connection whose event was damaged is gone; what follows is of a new one. */
  | { readonly type: 'tookUp'; readonly index: number };

export type FromWorker =
  | { readonly type: 'booted'; readonly pid: number; readonly threadId: number }
  | { readonly type: 'bootFailed'; readonly error: SentError }
  /** One tick: dispatches (see `batch.ts`) and notes, each with the offset of the first dispatch that came after it. */
  | {
      readonly type: 'tick';
      readonly bytes: Uint8Array | undefined;
      readonly notes: readonly (readonly [number, WorkerNote])[];
    }
  | { readonly type: 'pong' };

export type ToWorker =
  | { readonly type: 'boot'; readonly workerId: number; readonly module: string | undefined }
  | { readonly type: 'ping' }
  /** Options of the manager for one shard count; the first time it is made with them. */
  | { readonly type: 'options'; readonly shardCount: number; readonly options: ShippedOptions }
  | { readonly type: 'take'; readonly seat: ShardSeat }
  | { readonly type: 'input'; readonly index: number; readonly input: ShardInput }
  | {
      readonly type: 'send';
      readonly index: number;
      readonly id: number;
      readonly message: ShardCommand;
      readonly options: SendOptions;
    }
  /** What the main thread's handler is done with. */
  | { readonly type: 'settled'; readonly list: readonly (readonly [index: number, sessionId: string, seq: number])[] }
  | { readonly type: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: SentError }
  | { readonly type: 'guild'; readonly index: number; readonly id: string; readonly status: GuildStatus }
  | { readonly type: 'takeUpAgain'; readonly index: number; readonly settled: number; readonly reason: string }
  /** Have Discord acknowledge a heartbeat. */
  | { readonly type: 'probe'; readonly index: number; readonly id: number }
  /** The module's handler is to have these. */
  | { readonly type: 'call'; readonly index: number; readonly seqs: readonly number[] }
  /** Close, let handlers finish for so long, forget: the shard moves elsewhere. */
  | { readonly type: 'release'; readonly index: number; readonly drainMs: number }
  /** The shard is over. */
  | { readonly type: 'drop'; readonly index: number }
  | { readonly type: 'end' };
