import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { ALL_INTENTS, intentBits, Intents } from '../intents.ts';

const anyFunction = z.custom<(...args: never[]) => unknown>(
  (value) => typeof value === 'function',
  'expected a function',
);
const count = (least: number): z.ZodNumber => z.int().min(least);

function port<T>(...methods: readonly string[]): z.ZodCustom<T, T> {
  const fits = (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    methods.every((name) => typeof Reflect.get(value, name) === 'function');
  return z.custom<T>(fits, `expected an object with the methods ${methods.join(', ')}`);
}

function webAddress(...protocols: readonly string[]): z.ZodString {
  const fits = (value: string): boolean => URL.canParse(value) && protocols.includes(new URL(value).protocol);
  return z
    .string()
    .refine(fits, `expected a URL that starts with ${protocols.map((name) => `${name}//`).join(' or ')}`);
}

const intentName = z.string().refine((name) => intentBits(name) !== undefined, {
  error: ({ input }) =>
    `expected the name of an intent; the nearest is '${closest(String(input), Object.keys(Intents))}'`,
});

const intents = z.union(
  [
    z
      .int()
      .min(0)
      .refine((bits) => (bits & ~ALL_INTENTS) === 0, 'expected no other bits than those of known intents'),
    z.array(intentName),
  ],
  'expected a bit set of known intents or an array of their names, such as Guilds or GuildMessages',
);

const eventNames = z.union(
  [z.array(z.string()), z.set(z.string())],
  'expected an array or a Set of event names, such as MESSAGE_CREATE',
);

const timing = count(1).optional();

/** Data options: what each must be. Methods are added by name; every one is a function. */
export const dataShape: Readonly<Record<string, z.ZodType>> = {
  token: z.string(),
  secretKey: z.string(),
  url: z.string(),
  apiUrl: webAddress('http:', 'https:'),
  rest: port('runMethod'),
  intents,
  shardsRecommended: count(1),
  sessionStartLimitTotal: count(0),
  sessionStartLimitRemaining: count(0),
  sessionStartLimitResetAfter: count(0),
  maxConcurrency: count(1),
  maxShards: count(0),
  firstShardId: count(0),
  lastShardId: count(0),
  reshard: z.boolean(),
  reshardPercentage: z.number().min(1).max(100),
  reshardCheckInterval: count(1),
  useOptimalLargeBotSharding: z.boolean(),
  spawnShardDelay: count(0),
  shardsPerCluster: count(1),
  shardsPerWorker: count(1),
  maxClusters: count(1),
  maxWorkers: count(1),
  compress: z.boolean(),
  encoding: z.enum(['json', 'etf']),
  compression: z.enum(['none', 'payload', 'zlib-stream', 'zstd-stream']),
  $os: z.string(),
  $browser: z.string(),
  $device: z.string(),
  presence: z.looseObject({}),
  largeThreshold: z.int().min(50).max(250),
  shard: z.tuple([z.int(), z.int()]),
  urlWSS: z.union([z.literal(''), webAddress('ws:', 'wss:')]),
  trustedGatewayHosts: z.array(z.string()),
  queueResetInterval: count(1),
  maxRequestsPerInterval: count(1),
  maxQueuedCommands: count(1),
  maxInFlight: z.strictObject({ events: count(1).optional(), bytes: count(1).optional() }),
  handlerTimeoutMs: count(1),
  maxMessageBytes: count(1),
  connectsPerSecond: count(1),
  checkpointInterval: count(1),
  checkpointEvents: count(1),
  timings: z.strictObject({
    connectTimeoutMs: timing,
    helloTimeoutMs: timing,
    readyTimeoutMs: timing,
    resumedTimeoutMs: timing,
    stableAfterMs: timing,
    resumeBudgetMs: timing,
  }),
  sessionStore: port('load', 'save', 'remove'),
  identifyLedger: port('load', 'save'),
  resumeSessions: z.boolean(),
  identifyReserve: count(0),
  retryRejectedToken: z.boolean(),
  whitelist: eventNames,
  ignoreEvents: eventNames,
  filters: z.strictObject({
    loadedGuilds: z.boolean().optional(),
    unavailableGuilds: z.boolean().optional(),
    editedMessages: z.boolean().optional(),
  }),
  events: port('emit', 'on'),
  clock: port('now', 'wallTime', 'setTimer', 'clearTimer'),
  random: anyFunction,
  openSocket: anyFunction,
  shards: z.instanceof(Map),
  loadingShards: z.instanceof(Map),
  buckets: z.instanceof(Map),
};

/** What a method option must be. */
export const methodShape: z.ZodType = anyFunction;
