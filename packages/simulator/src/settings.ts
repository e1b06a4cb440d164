import type { GuildShape, GuildShapeName } from './world/shapes/guild.ts';
import type { EventMix, EventMixName } from './world/events-mix.ts';

/** A pause drawn anew each time, from the first to the second number, milliseconds. */
export type MsRange = readonly [least: number, most: number];

/**
 * Everything that can be set when the simulator is created and changed while it runs (`simulator.configure`).
 * Defaults stand in `defaults.ts`.
 */
export interface Settings {
  /** Shard count that `/gateway/bot` recommends. `null`: one for each thousand guilds. @defaultValue `null` */
  shards: number | null;
  /** `session_start_limit.max_concurrency`, and the modulus of the identify buckets. @defaultValue 1 */
  maxConcurrency: number;
  /** Identifies allowed in one window. @defaultValue 1,000 */
  identifyTotal: number;
  /** Length of the identify window, ms; it opens with the first identify. @defaultValue 86,400,000: a day */
  identifyWindowMs: number;
  /** Time for which an identify occupies its bucket, ms. @defaultValue 5,000 */
  identifyBucketMs: number;
  /** Whether the URL in `/gateway` and `/gateway/bot` ends with a slash. @defaultValue `false` */
  trailingSlash: boolean;

  /** `heartbeat_interval` told in HELLO, ms. @defaultValue 41,250 */
  heartbeatIntervalMs: number;
  /** How much later than the interval a heartbeat may come before it is a violation, ms. `null`: a tenth of the interval, at least 500. @defaultValue `null` */
  heartbeatSlackMs: number | null;
  /** Silence after which the server closes with 4009, ms. `null`: two intervals. @defaultValue `null` */
  heartbeatTimeoutMs: number | null;
  /** From the open connection to HELLO, ms. @defaultValue 0 */
  helloDelayMs: number;
  /** From IDENTIFY to READY, ms. @defaultValue 100 */
  readyDelayMs: number;
  /** From RESUME to the replay, ms. @defaultValue 50 */
  resumeDelayMs: number;
  /** From a refused IDENTIFY to its op 9. @defaultValue `[2_000, 5_000]` */
  invalidSessionDelayMs: MsRange;

  /** How long a session without connection can be resumed, ms. @defaultValue 180,000 */
  sessionLifeMs: number;
  /** Dispatches kept for a resume. `null`: by the number of guilds, 100 to 3,500. @defaultValue `null` */
  replayLimit: number | null;
  /** Whether a heartbeat acknowledges: what is not above its sequence is forgotten, and a lower one later closes with 4007. @defaultValue `false` */
  trimReplayOnHeartbeat: boolean;
  /** Whether RESUMED itself is replayed by a later resume. `false` leaves a hole in the replayed sequence. @defaultValue `true` */
  replayResumed: boolean;

  /** Guilds one session may hold; 4011 above. @defaultValue 2,500 */
  maxGuildsPerSession: number;
  /** Shard counts must be a multiple of this; 4010 otherwise. @defaultValue 1 */
  requiredShardMultiple: number;
  /** Privileged intents that the bot may use; 4014 for others. @defaultValue 33,026: all three */
  privilegedIntents: number;

  /** Size of a guild: a name, a shape, or a mixture by weight. @defaultValue `'small'` */
  guildShape: GuildShapeName | GuildShape;
  /** GUILD_CREATE sent after READY, per second and session. @defaultValue 5,000 */
  guildsPerSecond: number;
  /** Live events a second, over all guilds. @defaultValue 0 */
  eventsPerSecond: number;
  /** Which live events: a name, or weights by event name. @defaultValue `'typical'` */
  mix: EventMixName | EventMix;

  /** One-way delay of the in-memory connection. @defaultValue `[1, 3]` */
  latencyMs: MsRange;
  /** WebSocket messages that one payload of a zlib stream is split over; a zstd stream has one for each. @defaultValue 1 */
  splitMessages: number;
  /** Level of zlib, 0 to 9. @defaultValue 6 */
  zlibLevel: number;
  /** Whether a new zstd stream is one frame that never ends, as Discord's are, or has a frame for each payload. @defaultValue `'continuous'` */
  zstdFrames: 'continuous' | 'separate';
  /** Whether payloads other than dispatches carry `"t":null,"s":null`. @defaultValue `true` */
  nullEnvelope: boolean;
  /** Bytes a client may lag behind before its connection is dropped. @defaultValue 67,108,864 */
  maxLagBytes: number;

  /** Whether a client may close with 1000 or 1001, which ends the session. @defaultValue `false` */
  allowLogout: boolean;
  /** Entries kept in each part of the ledger; the oldest go first. @defaultValue 1,000,000 */
  ledgerLimit: number;
  /** Whether the ledger has a hash of each dispatch: the first 16 hex digits of the SHA-256 of `d` as JSON. @defaultValue `false` */
  hashDispatches: boolean;
}
