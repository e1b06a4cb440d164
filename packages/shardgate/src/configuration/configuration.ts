// Made from the schema: `vitest run -u packages/shardgate/test/configuration-types.test.ts` writes it anew.

import type { SinkConfiguration } from './sink-configuration.ts';
import type { StoreConfiguration } from './store-configuration.ts';

/** A configuration as the process uses it: checked, with every default. Secrets are readable and not enumerable. */
export interface Configuration {
  /** Take the settings of another gateway over, by the names they have there. Default: `"none"`. */
  readonly profile: 'none' | 'twilight-dispatch' | 'tatsu';
  /** Bot token, with or without `Bot `. */
  readonly token: string;
  /** Base of Discord's REST API, without version. A simulator or proxy in tests. Default: `"https://discord.com/api"`. */
  readonly apiUrl: string;
  /** What Discord sends: names of intents, their bit set, or `default`, which is all that need no permission (not GuildMembers, GuildPresences, MessageContent). Default: `default`. */
  readonly intents: number;
  readonly presence: {
    /** Status that new sessions show. Default: `"online"`. */
    readonly status: 'online' | 'idle' | 'dnd' | 'invisible' | 'offline';
    /** What the bot does: objects of name and type (0 playing, 1 streaming, 2 listening, 3 watching, 4 custom, 5 competing), and perhaps state and url. Default: `[]`. */
    readonly activities: readonly {
      readonly name: string;
      readonly type: number;
      readonly state?: string;
      readonly url?: string;
    }[];
  };
  /** Members above which Discord leaves offline ones out of GUILD_CREATE. Unit: members. Default: Discord's 50. */
  readonly largeThreshold: number | null;
  readonly shards: {
    /** Shards of the whole bot, those of other processes included. `auto` takes Discord's recommendation. Default: `"auto"`. */
    readonly total: 'auto' | number;
    /** First shard of this process. Default: `0`. */
    readonly first: number;
    /** Last shard of this process, itself included. Default: the last there is. */
    readonly last: number | null;
    /** Identify buckets, Discord's max_concurrency. `auto` takes what Discord says. Default: `"auto"`. */
    readonly concurrency: 'auto' | number;
    /** Least time between two identifies of one bucket. Below 5,100 Discord would refuse, so less is taken as 5,100. Unit: milliseconds. Default: `5250`. */
    readonly spawnDelayMs: number;
    /** Encoding of the gateway connection. Default: `"json"`. */
    readonly encoding: 'json' | 'etf';
    /** Compression of what Discord sends. `payload` goes with `json` only; `zstd-stream` is cheapest on Node.js 22.15 or later. Default: `"zlib-stream"`. */
    readonly compression: 'none' | 'payload' | 'zlib-stream' | 'zstd-stream';
    /** Continue stored sessions at start. Default: `true`. */
    readonly resume: boolean;
    /** Connections opened over all shards, at most. Unit: connections per second. Default: `100`. */
    readonly connectsPerSecond: number;
    /** Identifies of the day that are never spent. Unit: identifies. Default: the larger of 50 and 10 % of the day’s. */
    readonly identifyReserve: number | null;
  };
  readonly workers: {
    /** Workers that hold the shards, each its even share. With 0 the main thread holds them all. Unit: workers. Default: `0`. */
    readonly count: number;
    /** `thread` costs least; of `process` only one is lost with whatever takes a whole process down. Default: `"thread"`. */
    readonly isolation: 'thread' | 'process';
    /** JavaScript objects of one worker; one that needs more is replaced, and its shards resume. Unit: megabytes. Default: Node's own limit. */
    readonly maxMemoryMb: number | null;
    /** Silence after which a worker is taken for hung and replaced. Unit: milliseconds. Default: `1000`. */
    readonly hangAfterMs: number;
    /** ES module of yours that runs in each worker and may change what its shards do. Default: none. */
    readonly module: string | null;
  };
  readonly reshard: {
    /** Bring the bot to more shards by itself when they fill up; only where this process has all of them. Default: `true`. */
    readonly automatic: boolean;
    /** Fill of the shards at which that happens; a shard can hold 2,500 guilds. Unit: percent. Default: `80`. */
    readonly percentage: number;
    /** From one look at the fill to the next. Unit: milliseconds. Default: `28800000`. */
    readonly checkIntervalMs: number;
  };
  readonly filters: {
    /** A GUILD_CREATE that is no join is called GUILD_LOADED_DD, so that GUILD_CREATE means “the bot joined”. Default: `true`. */
    readonly loadedGuilds: boolean;
    /** A GUILD_DELETE or GUILD_CREATE that only says “unavailable” is held back, so that GUILD_DELETE means “the bot left”. Default: `true`. */
    readonly unavailableGuilds: boolean;
    /** A MESSAGE_UPDATE that only brings the previews of links is held back. Default: `true`. */
    readonly editedMessages: boolean;
  };
  readonly events: {
    /** The only events that consumers get; without a cache all others are dropped unread. Default: all. */
    readonly whitelist: readonly string[] | null;
    /** Events that no consumer gets, even where the whitelist has them. Default: `[]`. */
    readonly ignore: readonly string[];
  };
  readonly rest: {
    /** Address of a REST process, through which all calls go. Default: Discord directly. */
    readonly url: string | null;
    /** The key of that process. Default: none. */
    readonly secretKey: string | null;
  };
  /** Folder of the state: journal, sessions, count of identifies. Made when missing, for the owner alone. Default: `".shardgate"`. */
  readonly folder: string;
  readonly journal: {
    /** Keep what no consumer has acknowledged on disk. Without it only memory does, and a full memory halts the shards. Default: `true`. */
    readonly enabled: boolean;
    /** Bound of all segments together. Unit: bytes. Default: `4294967296`. */
    readonly maxBytes: number;
    /** Bound of the age of what waits. Unit: milliseconds. Default: none. */
    readonly maxAgeMs: number | null;
    /** What a full journal does: halt the shards, or drop events, which consumers are told as a gap. Default: `"pause"`. */
    readonly overflow: 'pause' | 'dropOldest' | 'dropNewest';
    /** Events unacknowledged for longer than this go to the journal. 0: all of them, at once. Unit: milliseconds. Default: `250`. */
    readonly afterMs: number;
    /** `sync` waits for the disk, `os` for the operating system alone: a power cut may then lose events, a crash of the process not. Default: `"sync"`. */
    readonly durability: 'sync' | 'os';
  };
  /** Where events go; each has a type and a name. Default: a WebSocket named `events` on 127.0.0.1:7900. */
  readonly sinks: readonly SinkConfiguration[];
  readonly delivery: {
    readonly window: {
      /** Events that one lane has under way. Unit: events. Default: `1024`. */
      readonly events: number;
      /** Bytes that one lane has under way. Unit: bytes. Default: `4194304`. */
      readonly bytes: number;
    };
    readonly batch: {
      /** Events of one batch, at most. Unit: events. Default: `256`. */
      readonly events: number;
      /** Bytes of one batch, at most. Unit: bytes. Default: `262144`. */
      readonly bytes: number;
    };
    /** Least time from one look at new events to the next. 0: after each tick. Unit: milliseconds. Default: `5`. */
    readonly gatherMs: number;
    /** Bytes of events in memory over all shards; beyond it the oldest are only in the journal. Unit: bytes. Default: `16777216`. */
    readonly maxMemoryBytes: number;
    /** Time in which a batch must be acknowledged, before it is sent again. Unit: milliseconds. Default: `30000`. */
    readonly ackTimeoutMs: number;
    /** How often an event that is refused alone is tried before it becomes a dead letter. Unit: tries. Default: `20`. */
    readonly maxDeliveries: number;
  };
  readonly deadLetters: {
    /** File of the events that a consumer refused; relative to the state folder. Default: `"dead-letters.jsonl"`. */
    readonly path: string;
  };
  readonly commands: {
    /** What clients may ask for: `events` shards and their state, `commands` that and sending to Discord, `admin` also reconnects. Default: `["events","commands"]`. */
    readonly roles: readonly ('events' | 'commands' | 'admin')[];
    /** Commands of one client that may wait, over all shards. Unit: commands. Default: `1000`. */
    readonly maxQueuedPerClient: number;
    /** Commands of all clients that may wait. Unit: commands. Default: `10000`. */
    readonly maxQueued: number;
    /** Member requests of all clients that may wait for their answer. Unit: requests. Default: `1000`. */
    readonly maxMemberRequests: number;
    /** Time without a chunk after which a member request fails. Unit: milliseconds. Default: `30000`. */
    readonly chunkTimeoutMs: number;
    readonly http: {
      /** Take commands over HTTP as well; needs a key. Default: `false`. */
      readonly enabled: boolean;
      /** Address to listen on. Default: `"127.0.0.1"`. */
      readonly host: string;
      /** Port to listen on; 0 takes a free one. Default: `7902`. */
      readonly port: number;
      /** What clients have to show. Default: none. */
      readonly secretKey: string | null;
      /** Host names under which clients may reach it. Default: this machine's own on loopback, else any. */
      readonly allowedHosts: readonly string[];
    };
    readonly grpc: {
      /** Serve commands and tatsu's management calls by gRPC, on a port of their own. Default: `false`. */
      readonly enabled: boolean;
      /** Address to listen on; any other than loopback needs a key, or a `clientCaFile`. Default: `"127.0.0.1"`. */
      readonly host: string;
      /** Port to listen on; 0 takes a free one. Default: `50052`. */
      readonly port: number;
      /** What clients have to show, as `authorization: Bearer <key>`. Default: none. */
      readonly secretKey: string | null;
      /** File of the certificate and those above it, PEM; read at the start. Default: none: without TLS. */
      readonly certFile: string | null;
      /** File of its private key, PEM. Default: none. */
      readonly keyFile: string | null;
      /** File of the authority that clients need a certificate of, PEM. Default: clients need none. */
      readonly clientCaFile: string | null;
    };
  };
  readonly interactions: {
    /** Defer interactions through REST while no consumer answers, so that users see “thinking…”. Default: `false`. */
    readonly defer: boolean;
    /** Deferred answers are for the user only. Default: `true`. */
    readonly ephemeral: boolean;
    /** Time without an acknowledgement after which an interaction is deferred. Discord waits three seconds in all. Unit: milliseconds. Default: `1500`. */
    readonly answerAfterMs: number;
    /** Age at which an interaction is no longer handed over; consumers are told a gap. Unit: milliseconds. Default: `900000`. */
    readonly maxAgeMs: number;
  };
  readonly state: {
    /** Keep a cache of Discord's objects, and give events the object before them as `old`. Default: `false`. */
    readonly enabled: boolean;
    /** Where the cache is kept, the same in each; each has a type. The first one answers, and tells `old`. Default: memory, with the file `state.txt`. */
    readonly stores: readonly StoreConfiguration[];
    readonly kinds: {
      /** Keep guilds. Default: `true`. */
      readonly guild: boolean;
      /** Keep channels. Default: `true`. */
      readonly channel: boolean;
      /** Keep threads. Default: `true`. */
      readonly thread: boolean;
      /** Keep roles. Default: `true`. */
      readonly role: boolean;
      /** Keep emojis. Default: `true`. */
      readonly emoji: boolean;
      /** Keep stickers. Default: `true`. */
      readonly sticker: boolean;
      /** Keep members; `own`: the bot's own alone. Default: `true`. */
      readonly member: boolean | 'own';
      /** Keep presences. Default: `false`. */
      readonly presence: boolean;
      /** Keep voice states. Default: `true`. */
      readonly voiceState: boolean;
      /** Keep messages. Default: `false`. */
      readonly message: boolean;
      /** Keep stage instances. Default: `true`. */
      readonly stageInstance: boolean;
      /** Keep scheduled events. Default: `true`. */
      readonly scheduledEvent: boolean;
      /** Keep soundboard sounds. Default: `true`. */
      readonly soundboardSound: boolean;
      /** Keep the bot's own user. Default: `true`. */
      readonly user: boolean;
    };
    readonly fields: {
      /** Fields that are kept of guilds: some, or all but some. Default: all. */
      readonly guild: { readonly pick: readonly string[] } | { readonly omit: readonly string[] } | null;
      /** Fields that are kept of channels: some, or all but some. Default: all. */
      readonly channel: { readonly pick: readonly string[] } | { readonly omit: readonly string[] } | null;
      /** Fields that are kept of threads: some, or all but some. Default: all. */
      readonly thread: { readonly pick: readonly string[] } | { readonly omit: readonly string[] } | null;
      /** Fields that are kept of roles: some, or all but some. Default: all. */
      readonly role: { readonly pick: readonly string[] } | { readonly omit: readonly string[] } | null;
      /** Fields that are kept of emojis: some, or all but some. Default: all. */
      readonly emoji: { readonly pick: readonly string[] } | { readonly omit: readonly string[] } | null;
      /** Fields that are kept of stickers: some, or all but some. Default: all. */
      readonly sticker: { readonly pick: readonly string[] } | { readonly omit: readonly string[] } | null;
      /** Fields that are kept of members: some, or all but some. Default: all. */
      readonly member: { readonly pick: readonly string[] } | { readonly omit: readonly string[] } | null;
      /** Fields that are kept of presences: some, or all but some. Default: all. */
      readonly presence: { readonly pick: readonly string[] } | { readonly omit: readonly string[] } | null;
      /** Fields that are kept of voice states: some, or all but some. Default: all. */
      readonly voiceState: { readonly pick: readonly string[] } | { readonly omit: readonly string[] } | null;
      /** Fields that are kept of messages: some, or all but some. Default: all. */
      readonly message: { readonly pick: readonly string[] } | { readonly omit: readonly string[] } | null;
      /** Fields that are kept of stage instances: some, or all but some. Default: all. */
      readonly stageInstance: { readonly pick: readonly string[] } | { readonly omit: readonly string[] } | null;
      /** Fields that are kept of scheduled events: some, or all but some. Default: all. */
      readonly scheduledEvent: { readonly pick: readonly string[] } | { readonly omit: readonly string[] } | null;
      /** Fields that are kept of soundboard sounds: some, or all but some. Default: all. */
      readonly soundboardSound: { readonly pick: readonly string[] } | { readonly omit: readonly string[] } | null;
      /** Fields that are kept of the bot's own user: some, or all but some. Default: all. */
      readonly user: { readonly pick: readonly string[] } | { readonly omit: readonly string[] } | null;
    };
    /** Give events the object before them; `guilds`: only those of a guild itself, such as GUILD_CREATE. Default: `true`. */
    readonly old: boolean | 'guilds';
    readonly ttlMs: {
      /** Life of guilds after the last change. Unit: milliseconds. Default: it stays. */
      readonly guild: number | null;
      /** Life of channels after the last change. Unit: milliseconds. Default: it stays. */
      readonly channel: number | null;
      /** Life of threads after the last change. Unit: milliseconds. Default: it stays. */
      readonly thread: number | null;
      /** Life of roles after the last change. Unit: milliseconds. Default: it stays. */
      readonly role: number | null;
      /** Life of emojis after the last change. Unit: milliseconds. Default: it stays. */
      readonly emoji: number | null;
      /** Life of stickers after the last change. Unit: milliseconds. Default: it stays. */
      readonly sticker: number | null;
      /** Life of members after the last change. Unit: milliseconds. Default: it stays. */
      readonly member: number | null;
      /** Life of presences after the last change. Unit: milliseconds. Default: it stays. */
      readonly presence: number | null;
      /** Life of voice states after the last change. Unit: milliseconds. Default: it stays. */
      readonly voiceState: number | null;
      /** Life of messages after the last change. Unit: milliseconds. Default: it stays. */
      readonly message: number | null;
      /** Life of stage instances after the last change. Unit: milliseconds. Default: it stays. */
      readonly stageInstance: number | null;
      /** Life of scheduled events after the last change. Unit: milliseconds. Default: it stays. */
      readonly scheduledEvent: number | null;
      /** Life of soundboard sounds after the last change. Unit: milliseconds. Default: it stays. */
      readonly soundboardSound: number | null;
      /** Life of the bot's own user after the last change. Unit: milliseconds. Default: it stays. */
      readonly user: number | null;
    };
    /** Messages that are kept of a channel. Unit: messages. Default: `100`. */
    readonly messagesPerChannel: number;
    /** How long an event waits for Redis or PostgreSQL to have it; then it goes on, and the store is stale. Unit: milliseconds. Default: `250`. */
    readonly waitMs: number;
    /** Changes that wait for a Redis or PostgreSQL that is away; with more it is written anew when it is back. Unit: changes. Default: `100000`. */
    readonly maxQueuedOperations: number;
    readonly api: {
      /** Serve the cache over HTTP. Default: `false`. */
      readonly enabled: boolean;
      /** Address to listen on; any other than loopback needs a key. Default: `"127.0.0.1"`. */
      readonly host: string;
      /** Port to listen on; 0 takes a free one. Default: `7903`. */
      readonly port: number;
      /** What clients have to show. Default: none. */
      readonly secretKey: string | null;
      /** Whether clients may change the cache. Default: `false`. */
      readonly allowWrites: boolean;
    };
  };
  readonly admin: {
    /** Serve the admin API, the dashboard and the metrics. Default: `true`. */
    readonly enabled: boolean;
    /** Address to listen on; any other than loopback needs a key. Default: `"127.0.0.1"`. */
    readonly host: string;
    /** Port to listen on; 0 takes a free one. Default: `7901`. */
    readonly port: number;
    /** What callers have to show. Default: none. */
    readonly secretKey: string | null;
    /** Host names under which it may be reached, beside its own. Default: `[]`. */
    readonly allowedHosts: readonly string[];
  };
  readonly metrics: {
    /** Names of the metrics: ours, or twilight-dispatch’s beside them. Default: `"shardgate"`. */
    readonly profile: 'shardgate' | 'twilight-dispatch';
    /** Address of the extra listener. Default: `"127.0.0.1"`. */
    readonly host: string;
    /** Port of an extra listener that serves the metrics alone, without a key. Default: no extra listener. */
    readonly port: number | null;
  };
  readonly log: {
    /** Least important line that is written. Default: `"info"`. */
    readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
    /** `json` has one object a line, `pretty` is for people, `auto` is pretty on a terminal. Default: `"auto"`. */
    readonly format: 'auto' | 'json' | 'pretty';
  };
  readonly tracing: {
    /** Start OpenTelemetry spans for connections and reshards; needs the package `@opentelemetry/api` and an SDK that Node.js loads first (`--import`). Default: `false`. */
    readonly enabled: boolean;
  };
  readonly statusMessages: {
    /** Webhook that tells of shards that come and go. Default: none. */
    readonly webhookUrl: string | null;
    /** Channel for the same; the bot must be allowed to write there. Either this or the webhook. Default: none. */
    readonly channelId: string | null;
    /** Channel that tells of guilds that are joined and left. Default: none. */
    readonly guilds: string | null;
    /** What happens within this time makes one message. Unit: milliseconds. Default: `5000`. */
    readonly intervalMs: number;
  };
  /** Time in which a stop is done: draining, checkpoints, closing. A second signal is immediate. Unit: milliseconds. Default: `20000`. */
  readonly stopDeadlineMs: number;
}
