import type { Compression, Encoding } from '@shardgate/wire';
import type { GatewayPresenceUpdateData } from 'discord-api-types/v10';
import type { Collection } from './collection.ts';
import type { GatewayFilters } from './filters/gateway-filters.ts';
import type { GatewayRuntime } from './gateway-runtime.ts';
import type { IdentifyLedger } from './identify/identify-ledger.ts';
import type { GatewayEmitter } from './life-cycle-events.ts';
import type { Clock } from './ports/clock.ts';
import type { Random } from './ports/random.ts';
import type { OpenSocket } from './ports/socket.ts';
import type { SessionStore } from './session-store/session-store.ts';
import type { Shard } from './shard/shard.ts';
import type { ShardTimings } from './shard/timings.ts';

/** The part of a REST manager that the gateway uses: `createRestManager` of `@shardgate/rest` fits. */
export interface GatewayRest {
  runMethod: (rest: never, method: 'get', route: '/gateway/bot') => Promise<unknown>;
}

/** A shard that was started and is not ready yet. */
export interface LoadingShard {
  readonly shardId: number;
  /** Called by the library when the shard is ready. */
  readonly resolve: () => void;
  /** Wall-clock milliseconds. */
  readonly startedAt: number;
}

/** The shards of one identify bucket (`shard_id % maxConcurrency`). */
export interface Bucket {
  /** Rows of `[workerId, ...shardIds]`. */
  readonly workers: number[][];
  /** Starts the next shard of the bucket; emptied from the front. */
  readonly createNextShard: (() => Promise<void>)[];
}

/** What the gateway remembers so that the bot does not have to hear everything. */
export interface GatewayCache {
  /** Guilds the bot is in, available or not. A live view: what is added or deleted here is added or deleted in the shards. */
  readonly guildIds: Set<bigint>;
  /** Guilds of READY whose data has not arrived yet. A live view. */
  readonly loadingGuildIds: Set<bigint>;
  /** Messages and a hash of their last update, 16 hexadecimal digits. A live view, bounded; what is deleted here is forgotten, setting any other text throws. */
  readonly editedMessages: Map<bigint, string>;
}

/** The data of a gateway manager: every one is also an option. */
export interface GatewayState {
  /** Bot token, with or without `Bot `. Readable, never enumerable: no log or JSON shows it. */
  token: string;
  /** For your own handler, to prove to the event handler that a delivery is yours. Readable, never enumerable. Default ''. */
  secretKey: string;
  /** Target of `startGateway`'s deliveries; otherwise yours to use. Default ''. */
  url: string;
  /** Base of the REST API, without version, when no `rest` is given. Default `https://discord.com/api`. */
  apiUrl: string;
  /** A REST manager; used for `/gateway/bot` instead of a direct call. */
  rest: GatewayRest | undefined;
  /** Bit set. As an option also an array of names (`['Guilds', 'GuildMessages']`). Default 0. */
  intents: number;
  /** Recommended shard count, from `/gateway/bot`. Default 1. */
  shardsRecommended: number;
  /** Identifies per window. Default 1000. */
  sessionStartLimitTotal: number;
  /** Identifies left. Default 1000. */
  sessionStartLimitRemaining: number;
  /** Milliseconds until the window resets. Default 0. */
  sessionStartLimitResetAfter: number;
  /** Identifies per 5 seconds, and modulus of the buckets. Default 1. */
  maxConcurrency: number;
  /** Total shard count: used in IDENTIFY and in the guild-to-shard formula. 0 (the default) takes Discord's recommendation. */
  maxShards: number;
  /** First shard id of this process. Default 0. */
  firstShardId: number;
  /** Last shard id of this process, itself included; anything from `maxShards` on is clipped, so `lastShardId: maxShards` means all. Default: all. */
  lastShardId: number | undefined;
  /** Whether the bot is resharded by itself when its shards fill up; only where this process has all of them. Default true. */
  reshard: boolean;
  /** Fill of the shards at which it is resharded, percent of 2,500 guilds a shard. Default 80. */
  reshardPercentage: number;
  /** Milliseconds between two looks at the fill. Default 28,800,000 (8 hours). */
  reshardCheckInterval: number;
  /** Round the recommended shard count as large-bot sharding asks. Default true. */
  useOptimalLargeBotSharding: boolean;
  /** Milliseconds between two identifies of one bucket. Default 5,250; below 5,100 Discord would refuse, so less is taken as 5,100. */
  spawnShardDelay: number;
  /** Shards per worker. Default 25. */
  shardsPerCluster: number;
  /** The same, by its later name. */
  shardsPerWorker: number;
  /** Workers. Default 4. */
  maxClusters: number;
  /** The same, by its later name. */
  maxWorkers: number;
  /** Older switch for payload compression: with `compression: 'none'` it means `'payload'`. Default false. */
  compress: boolean;
  /**
   * Encoding of the gateway connection. Default `json`. In `etf`, integers of more than four bytes come as decimal strings: ids as in JSON, but also the times in
   * activities, which JSON gives as numbers.
   */
  encoding: Encoding;
  /**
   * Compression of what Discord sends. Default `zlib-stream`. `zstd-stream` needs Node.js 22.15 or later, or the package fzstd; `payload` goes with `json` only.
   */
  compression: Compression;
  /** Identify property. Default: the operating system. */
  $os: string;
  /** Identify property. Default `Shardgate`. */
  $browser: string;
  /** Identify property. Default `Shardgate`. */
  $device: string;
  /** Presence of every new session. */
  presence: GatewayPresenceUpdateData | undefined;
  /** Members above which Discord leaves offline ones out of GUILD_CREATE, 50 to 250. Default: Discord's 50. */
  largeThreshold: number | undefined;
  /** Relic of older versions; not read. */
  shard: readonly [number, number];
  /** Gateway URL, without query. Default: the one of `/gateway/bot`, else `wss://gateway.discord.gg`. */
  urlWSS: string;
  /** Hosts that a `resume_gateway_url` may name, besides those below discord.gg and the host of `urlWSS`. Default none. */
  trustedGatewayHosts: readonly string[];
  /** Milliseconds of the send window. Default 60,000. */
  queueResetInterval: number;
  /** Sends per window, heartbeats included. Default 120. */
  maxRequestsPerInterval: number;
  /** Commands that may wait per shard. Default 1,000. */
  maxQueuedCommands: number;
  /** Dispatches per shard whose handler has not settled; above it the shard's socket is paused, heartbeats go on. Default 1,024 events, 4 MiB. */
  maxInFlight: { readonly events: number; readonly bytes: number };
  /**
   * Milliseconds after which a handler that has not settled no longer counts: its event is reported and passed over. Until then a shard whose handler hangs
   * reads no further than `maxInFlight`. Default 3,600,000 (one hour), so that a consumer may be away for a while.
   */
  handlerTimeoutMs: number;
  /** Largest message after inflating, bytes; a larger one closes that shard's connection resumably. Default 32 MiB. */
  maxMessageBytes: number;
  /** Connections opened per second over all shards, at most. Default 100. */
  connectsPerSecond: number;
  /** Milliseconds between two writes of a shard's checkpoint. Default 1,000. */
  checkpointInterval: number;
  /**
   * Settled events of a shard after which its checkpoint is written without waiting for the interval, at the earliest 20 ms after the last write: they are what Discord sends again after
   * a crash. Default 256.
   */
  checkpointEvents: number;
  /** How long a shard waits for what. */
  timings: ShardTimings;
  /** Where sessions outlive the process. Default: memory. */
  sessionStore: SessionStore;
  /** Where the count of identifies outlives the process. Default: memory. */
  identifyLedger: IdentifyLedger;
  /** RESUME stored sessions at start and identify only what cannot be resumed. Default true. */
  resumeSessions: boolean;
  /** Identifies that are never spent. Default: the larger of 50 and 10 % of the total, but no more than half of it. */
  identifyReserve: number | undefined;
  /** Try a token again that Discord has refused before. Default false. */
  retryRejectedToken: boolean;
  /**
   * Names of the only events that are handed over, known from the header alone; all others are dropped unread and count as dealt with. As an option also an array.
   * Default: all. What the gateway itself needs of an event it takes before.
   */
  whitelist: ReadonlySet<string> | undefined;
  /** Names of events that are not handed over, even where `whitelist` has them. As an option also an array. Default none. */
  ignoreEvents: ReadonlySet<string>;
  /** Which events are held back or renamed. */
  filters: GatewayFilters;
  /** Life-cycle events. */
  events: GatewayEmitter;
  /** Ports, for simulation. */
  clock: Clock;
  random: Random;
  openSocket: OpenSocket;
  /** Shards of this process by id. */
  readonly shards: Collection<number, Shard>;
  /** Shards that were started and are not ready yet. */
  readonly loadingShards: Collection<number, LoadingShard>;
  /** Identify buckets of the last `prepareBuckets`. */
  readonly buckets: Collection<number, Bucket>;
  readonly cache: GatewayCache;
  /** What the parts of the gateway share; not for overriding. Not enumerable. */
  readonly runtime: GatewayRuntime;
}
