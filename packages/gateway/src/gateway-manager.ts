import type { DispatchPayload } from './dispatch-payload.ts';
import type { GatewayBot } from './gateway-bot.ts';
import type { GatewayState } from './gateway-state.ts';
import type { IdentifyPermit } from './identify/identify-queue.ts';
import type { GatewaySocket } from './ports/socket.ts';
import type { ReshardStreams } from './reshard/crossing.ts';
import type { ReshardNeed, ReshardPhase, ReshardRequest, ReshardResult } from './reshard/reshard-status.ts';
import type { ShardRange } from './session-store/session-store.ts';
import type { SendOptions, ShardCommand } from './shard-command.ts';
import type { Shard } from './shard/shard.ts';

/** What `createGatewayManager` returns: data and methods, nothing hidden. */
export interface GatewayManager extends GatewayState, GatewayMethods {}

/** A reshard that is under way, as its parts get it. */
export interface Reshard {
  /** Shard count and range of the old shards. */
  readonly from: ShardRange;
  /** Those of the new ones. */
  readonly to: ShardRange;
  /**
   * Manager of the new shards: inherits everything from the gateway, but has shards, buckets and cache of its own. After the cut its shards are the gateway's, and it is the gateway under
   * another name.
   */
  readonly next: GatewayManager;
  /** After the cut: manager of the old shards. */
  old: GatewayManager | undefined;
  phase: ReshardPhase;
  /** Wall-clock milliseconds. */
  readonly startedAt: number;
  /** Aborted when the reshard is given up; its reason says why. */
  readonly signal: AbortSignal;
  /** What both generations have shown. Not for overriding. */
  readonly streams: ReshardStreams;
}

/**
 * The whole override surface: each of these can be given as an option or assigned at any time, and is what gets called from
 * then on. The manager comes first; call siblings through it. The defaults are exported under the same names, so an override can
 * call the one it replaces.
 *
 * A replacement that throws, rejects or never settles is contained: it is reported by the `hookError` event, and the shard
 * goes on as each method says. It never ends the process and never touches another shard.
 */
export interface GatewayMethods {
  /**
   * Starts every shard of the range: stored sessions are resumed at once, the rest identifies bucket by bucket. Resolves when
   * every shard is ready; rejects with a {@link GatewayError} when that cannot happen any more (refused token or plan, stop).
   * Safe to call without awaiting: a rejection that nobody looks at is not an unhandled one.
   *
   * @param firstShardId instead of `gateway.firstShardId`
   */
  spawnShards: (gateway: GatewayManager, firstShardId?: number) => Promise<void>;
  /** Fills `gateway.buckets` for the ids `firstShardId` to `lastShardId`, both included. If it throws, shards that it put in no bucket are not started and `spawnShards` rejects. */
  prepareBuckets: (gateway: GatewayManager, firstShardId: number, lastShardId: number) => void;
  /**
   * Has `shardId` identified by the worker it is assigned to. The hook for worker threads, message queues, other machines; the default calls
   * `tellWorkerToIdentify`. The bucket goes on when the promise settles, or after 30 seconds; a rejection is reported and the shard is left out.
   */
  tellClusterToIdentify: (
    gateway: GatewayManager,
    workerId: number,
    shardId: number,
    bucketId: number,
  ) => Promise<void> | void;
  /** The later name of `tellClusterToIdentify`; its default calls `identify`. Replace either. */
  tellWorkerToIdentify: (
    gateway: GatewayManager,
    workerId: number,
    shardId: number,
    bucketId: number,
  ) => Promise<void> | void;
  /**
   * Gives the shard a new session, whatever it had: closes its socket if there is one, connects, waits for its turn and sends IDENTIFY.
   * Resolves on READY; rejects when the shard is stopped or refused for good.
   */
  identify: (gateway: GatewayManager, shardId: number, maxShards: number) => Promise<void>;
  /** Continues the shard's session on a new connection (identifies if it has none). Resolves on RESUMED or READY. */
  resume: (gateway: GatewayManager, shardId: number) => Promise<void>;
  /**
   * Waits until the shard may send IDENTIFY: bucket, budget and reserve. The hook for a limiter shared by several processes. The
   * signal ends the wait when the shard no longer needs it. A rejection means "not now": asked again after a back-off; nothing identifies without a permit.
   */
  requestIdentify: (gateway: GatewayManager, shardId: number, signal: AbortSignal) => Promise<IdentifyPermit>;
  /** Reads `/gateway/bot` and adopts its figures. Rejects when there is no usable answer; what runs goes on. */
  fetchGatewayBot: (gateway: GatewayManager) => Promise<GatewayBot>;
  /** Opens the socket of the shard's new connection (`shard.connectUrl`) and wires it. Sends nothing. If it throws, that counts as a failed connection. */
  createShard: (gateway: GatewayManager, shardId: number) => GatewaySocket;
  /**
   * Called on HELLO with Discord's interval in milliseconds: beats until the connection ends. A replacement does all the beating; the library then
   * neither beats nor looks for zombies on that connection, but still answers heartbeat requests.
   */
  heartbeat: (gateway: GatewayManager, shardId: number, interval: number) => void;
  /**
   * Takes one WebSocket message of the shard's current connection. If a replacement throws, the message is lost and reported. What a replacement gets is a
   * copy of its own to keep; the default works on memory of the socket.
   */
  handleOnMessage: (gateway: GatewayManager, message: Buffer, shardId: number, isBinary: boolean) => void;
  /**
   * Yours: takes one dispatch, in Discord's order within a shard. READY comes too, RESUMED does not. The event is settled when the returned promise
   * settles (at once when there is none): until then Discord is asked to send it again after a crash. A throw, a rejection or no settlement within
   * `handlerTimeoutMs` is reported by `hookError` and settles the event as well: retries are the business of whoever needs them.
   *
   * A handler that returns {@link HELD} settles the event later, with `settle`, however long that takes.
   */
  handleDiscordPayload: (gateway: GatewayManager, data: DispatchPayload, shardId: number) => unknown;
  /**
   * Settles the events of a session up to and with a sequence number, for which the handler returned {@link HELD}. Numbers of an older session, and those that
   * are settled already, change nothing.
   */
  settle: (gateway: GatewayManager, shardId: number, sessionId: string, sequence: number) => void;
  /**
   * Sends a command when the shard is ready and the limits allow. Resolves when it was written to the socket; rejects with a {@link GatewayError}
   * when it never will be. The third parameter may be the boolean `highPriority` of older versions.
   */
  sendShardMessage: (
    gateway: GatewayManager,
    shard: number | Shard,
    message: ShardCommand,
    options?: SendOptions | boolean,
  ) => Promise<void>;
  /** Sends what waits, as far as the limits allow, and comes back by itself for the rest. */
  processGatewayQueue: (gateway: GatewayManager, shardId: number) => void;
  /** Sends that commands may use in each window; the rest is kept for heartbeats. */
  safeRequestsPerShard: (gateway: GatewayManager, shard: Shard) => number;
  /** The shard count to use where `maxShards` are wanted: large bots must use a multiple. */
  calculateMaxShards: (maxShards: number, maxConcurrency: number) => number;
  /** Closes a socket, and ends it when the peer does not answer. */
  closeWS: (socket: GatewaySocket, code?: number, reason?: string) => void;
  /**
   * Brings the bot to another shard count while it runs: no event is lost, doubled or false. New shards connect beside the old ones and stay silent until all of them have their guilds; then every
   * guild's new stream goes on where the old one ends. Resolves when the old shards are closed, or when it was given up, with the reason; then nothing is changed. Never rejects.
   *
   * Costs one identify for each new shard, and none is spent unless the budget has all of them beyond its reserve. The six methods below are its parts.
   */
  resharder: (gateway: GatewayManager, request?: ReshardRequest) => Promise<ReshardResult>;
  /** Whether the shards are full enough for a reshard, and what to go to. Asked every `reshardCheckInterval`, where `reshard` is on. A throw or a rejection means no. */
  reshardNeeded: (gateway: GatewayManager) => ReshardNeed | Promise<ReshardNeed>;
  /** Starts the new shards. Resolves when all are ready; a rejection gives the reshard up. */
  reshardPrepare: (gateway: GatewayManager, reshard: Reshard) => Promise<void>;
  /** Whether the new shards may take over: all ready, with the guilds that the old ones have. Asked once a second for five minutes; a rejection gives the reshard up. */
  reshardReady: (gateway: GatewayManager, reshard: Reshard) => boolean | Promise<boolean>;
  /**
   * The cut: what comes from now on waits, sessions are stored, then the new shards take over in one step. A rejection before that changes nothing; it is tried again, five times at the most. The hook for
   * several processes that reshard together: wait here for the others, then call the default.
   */
  reshardCut: (gateway: GatewayManager, reshard: Reshard) => Promise<void>;
  /** Closes the old shards once they have answered what was asked of them. */
  reshardClose: (gateway: GatewayManager, reshard: Reshard) => Promise<void>;
  /** Takes everything back: the old shards go on, the new ones are stopped, their sessions forgotten. */
  reshardRollBack: (gateway: GatewayManager, reshard: Reshard, reason: string) => Promise<void>;
  /**
   * Stops every shard and writes the sessions down. They stay resumable unless `code` is 1000 or 1001, which logs the bot out.
   * Resolves when all sockets are closed and the store is written, after 5 seconds at the latest; a shard whose IDENTIFY was sent has 15 seconds before that
   * for its READY, so that the identify is not wasted.
   */
  stopGateway: (gateway: GatewayManager, code?: number, reason?: string) => Promise<void>;
  /** Takes notes of what happens: a label and values, never a secret. The default does nothing. */
  debug: (text: string, ...values: readonly unknown[]) => void;
}
