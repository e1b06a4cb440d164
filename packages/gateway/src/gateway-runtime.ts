import type { IdentifyGovernor } from './identify/identify-governor.ts';
import type { IdentifyQueue } from './identify/identify-queue.ts';
import type { GatewayBot } from './gateway-bot.ts';
import type { GatewayError } from './errors.ts';
import type { EditedMessages } from './filters/edited-messages.ts';
import type { TimerHandle } from './ports/clock.ts';
import type { GatewaySocket } from './ports/socket.ts';
import type { Crossing } from './reshard/crossing.ts';
import type { ReshardProgress } from './reshard/reshard-status.ts';
import type { ReshardMark, SessionKey, ShardRange } from './session-store/session-store.ts';
import type { ConnectPacer } from './connect-pacer.ts';

/** What a gateway's parts share while it runs. Changed by the library only. */
export interface GatewayRuntime {
  readonly tokenFingerprint: string;
  readonly governor: IdentifyGovernor;
  readonly identifyQueue: IdentifyQueue;
  /** Between two identifies of a bucket. */
  readonly identifySpacingMs: number;
  readonly pacer: ConnectPacer;
  readonly editedMessages: EditedMessages;
  /** Aborted by `stopGateway`; a new one per start. */
  stopping: AbortController;
  /** A cause that stops new identifies of the whole plan (4004, 4010–4014). */
  halted: GatewayError | undefined;
  /** The read of `/gateway/bot` that is under way. */
  fetching: Promise<GatewayBot> | undefined;
  /** Monotonic milliseconds of the last answer. */
  fetchedAt: number | undefined;
  /** Monotonic milliseconds before which it is not asked again. */
  askAgainAt: number;
  /** Who waits for a shard to be ready, by shard id. */
  readonly readyWaits: Map<number, ReadyWait>;
  /** Stored sessions that are gone and must go from the store, by shard id. */
  readonly ended: Map<number, SessionKey>;
  /** The checkpoint write under way. */
  saving: Promise<void> | undefined;
  /** The write that follows it. */
  saveNext: Promise<void> | undefined;
  /** Monotonic milliseconds from which on a write may begin that does not wait for the interval. */
  hurryAt: number;
  /** The last write failed. */
  saveFailed: boolean;
  /** Begins a write that does not wait for the interval. */
  hurryTimer: TimerHandle;
  upkeepTimer: TimerHandle;
  /** Sockets that were told to close and have not yet, each with the timer that ends its grace. */
  readonly closing: Map<GatewaySocket, TimerHandle>;
  /** Called when the last of `closing` is gone. */
  onAllClosed: (() => void) | undefined;
  /** Called when a shard's last event in flight has landed. */
  onDrained: (() => void) | undefined;
  /** The user named `urlWSS`: what `/gateway/bot` says about it is not adopted. */
  readonly urlGiven: boolean;
  /** Discord's limits were given as options. */
  readonly limitsGiven: boolean;
  /** Called when a shard's IDENTIFY is sent, by shard id. */
  readonly onIdentify: Map<number, () => void>;
  /** Shard count and range as the user gave them: before anything was resharded. */
  configured: ShardRange | undefined;
  /** What checkpoints say of resharding. */
  reshardMark: Omit<ReshardMark, 'covered'> | undefined;
  /** The reshard that is under way: how far it is, and how to have it given up. */
  reshard: RunningReshard | undefined;
  /** Next look at whether resharding is needed. */
  reshardTimer: TimerHandle;
  /** While a reshard concerns these shards. */
  crossing: Crossing | undefined;
  /** The range of the last `spawnShards`, for its progress. */
  spawn: SpawnPlan | undefined;
}

/** What others may know of a reshard. */
export interface RunningReshard {
  progress(): ReshardProgress;
  /** Gives it up, unless it is too late for that. Resolves when it is over either way. */
  cancel(reason: string): Promise<void>;
}

/** One promise per shard that is being started, shared by whoever asked. */
export interface ReadyWait {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: GatewayError) => void;
}

/** What `spawnShards` set out to do. */
export interface SpawnPlan {
  readonly shardIds: readonly number[];
  readonly resumed: Set<number>;
  /** What `tellClusterToIdentify` said, by shard id: rejects only when the shard cannot be had. */
  readonly told: Map<number, Promise<void>>;
}
