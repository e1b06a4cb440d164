import { platform } from 'node:os';
import { DEFAULT_API_URL, IDENTIFY_BUCKET_MS, SEND_WINDOW_MS, SENDS_PER_WINDOW } from './discord-limits.ts';
import { defaultFilters } from './filters/gateway-filters.ts';
import type { GatewayState } from './gateway-state.ts';
import { systemClock } from './ports/clock.ts';
import { systemRandom } from './ports/random.ts';
import { defaultTimings } from './shard/timings.ts';
import { openWebSocket } from './websocket/open-web-socket.ts';

/** Slack on top of Discord's 5 seconds: two identifies may travel for different times. */
const IDENTIFY_SLACK_MS = 250;
/** The least of it that is ever used. */
const LEAST_IDENTIFY_SLACK_MS = 100;
/** Shortest spacing of a bucket, whatever `spawnShardDelay` says. */
export const LEAST_SPAWN_SHARD_DELAY_MS: number = IDENTIFY_BUCKET_MS + LEAST_IDENTIFY_SLACK_MS;

/** Options whose default is a plain value. The only place where these stand. */
export type PlainDefaults = Omit<
  GatewayState,
  | 'shards'
  | 'loadingShards'
  | 'buckets'
  | 'cache'
  | 'runtime'
  | 'sessionStore'
  | 'identifyLedger'
  | 'events'
  | 'shardsPerWorker'
  | 'maxWorkers'
>;

export const plainDefaults: Readonly<PlainDefaults> = {
  token: '',
  secretKey: '',
  url: '',
  apiUrl: DEFAULT_API_URL,
  rest: undefined,
  intents: 0,
  shardsRecommended: 1,
  sessionStartLimitTotal: 1000,
  sessionStartLimitRemaining: 1000,
  sessionStartLimitResetAfter: 0,
  maxConcurrency: 1,
  maxShards: 0,
  firstShardId: 0,
  lastShardId: undefined,
  reshard: true,
  reshardPercentage: 80,
  reshardCheckInterval: 28_800_000,
  useOptimalLargeBotSharding: true,
  spawnShardDelay: IDENTIFY_BUCKET_MS + IDENTIFY_SLACK_MS,
  shardsPerCluster: 25,
  maxClusters: 4,
  compress: false,
  encoding: 'json',
  compression: 'zlib-stream',
  $os: platform(),
  $browser: 'Shardgate',
  $device: 'Shardgate',
  presence: undefined,
  largeThreshold: undefined,
  shard: [0, 1],
  urlWSS: '',
  trustedGatewayHosts: [],
  queueResetInterval: SEND_WINDOW_MS,
  maxRequestsPerInterval: SENDS_PER_WINDOW,
  maxQueuedCommands: 1_000,
  maxInFlight: { events: 1_024, bytes: 4 * 1024 * 1024 },
  handlerTimeoutMs: 3_600_000,
  maxMessageBytes: 32 * 1024 * 1024,
  connectsPerSecond: 100,
  checkpointInterval: 1_000,
  checkpointEvents: 256,
  timings: defaultTimings,
  resumeSessions: true,
  identifyReserve: undefined,
  retryRejectedToken: false,
  whitelist: undefined,
  ignoreEvents: new Set(),
  filters: defaultFilters,
  clock: systemClock,
  random: systemRandom,
  openSocket: openWebSocket,
};
