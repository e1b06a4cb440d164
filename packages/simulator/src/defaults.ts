import {
  HEARTBEAT_INTERVAL_MS,
  IDENTIFY_BUCKET_MS,
  IDENTIFY_TOTAL,
  IDENTIFY_WINDOW_MS,
  MAX_GUILDS_PER_SESSION,
} from './discord-limits.ts';
import { ALL_INTENTS, PRIVILEGED_INTENTS } from './intents.ts';
import {
  boolean,
  callable,
  either,
  integerFrom,
  nullOr,
  numberFrom,
  object,
  oneOf,
  rangeOf,
  text,
} from './option-check.ts';
import type { Expectations } from './option-check.ts';
import type { Settings } from './settings.ts';

export const DEFAULT_SETTINGS: Readonly<Settings> = {
  shards: null,
  maxConcurrency: 1,
  identifyTotal: IDENTIFY_TOTAL,
  identifyWindowMs: IDENTIFY_WINDOW_MS,
  identifyBucketMs: IDENTIFY_BUCKET_MS,
  trailingSlash: false,
  heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
  heartbeatSlackMs: null,
  heartbeatTimeoutMs: null,
  helloDelayMs: 0,
  readyDelayMs: 100,
  resumeDelayMs: 50,
  invalidSessionDelayMs: [2_000, 5_000],
  sessionLifeMs: 180_000,
  replayLimit: null,
  trimReplayOnHeartbeat: false,
  replayResumed: true,
  maxGuildsPerSession: MAX_GUILDS_PER_SESSION,
  requiredShardMultiple: 1,
  privilegedIntents: PRIVILEGED_INTENTS,
  guildShape: 'small',
  guildsPerSecond: 5_000,
  eventsPerSecond: 0,
  mix: 'typical',
  latencyMs: [1, 3],
  splitMessages: 1,
  zlibLevel: 6,
  zstdFrames: 'continuous',
  nullEnvelope: true,
  maxLagBytes: 64 * 1024 * 1024,
  allowLogout: false,
  ledgerLimit: 1_000_000,
  hashDispatches: false,
};

/** Guilds of the bot when nothing is said. */
export const DEFAULT_GUILDS = 10;

export const DEFAULT_SEED = 1;

export const DEFAULT_APPLICATION: { readonly id: string; readonly name: string } = {
  id: '1180000000000000001',
  name: 'harbourbot',
};

export const SETTING_EXPECTATIONS: Expectations = {
  shards: nullOr(integerFrom(1)),
  maxConcurrency: integerFrom(1),
  identifyTotal: integerFrom(0),
  identifyWindowMs: numberFrom(0),
  identifyBucketMs: numberFrom(0),
  trailingSlash: boolean,
  heartbeatIntervalMs: numberFrom(1),
  heartbeatSlackMs: nullOr(numberFrom(0)),
  heartbeatTimeoutMs: nullOr(numberFrom(1)),
  helloDelayMs: numberFrom(0),
  readyDelayMs: numberFrom(0),
  resumeDelayMs: numberFrom(0),
  invalidSessionDelayMs: rangeOf(numberFrom(0)),
  sessionLifeMs: numberFrom(0),
  replayLimit: nullOr(integerFrom(0)),
  trimReplayOnHeartbeat: boolean,
  replayResumed: boolean,
  maxGuildsPerSession: integerFrom(1),
  requiredShardMultiple: integerFrom(1),
  privilegedIntents: integerFrom(0, ALL_INTENTS),
  guildShape: either(oneOf('small', 'typical', 'large', 'mixed'), object),
  guildsPerSecond: numberFrom(1),
  eventsPerSecond: numberFrom(0),
  mix: either(oneOf('typical', 'presence', 'messages'), object),
  latencyMs: rangeOf(numberFrom(0)),
  splitMessages: integerFrom(1, 64),
  zlibLevel: integerFrom(0, 9),
  zstdFrames: oneOf('continuous', 'separate'),
  nullEnvelope: boolean,
  maxLagBytes: integerFrom(1),
  allowLogout: boolean,
  ledgerLimit: integerFrom(1),
  hashDispatches: boolean,
};

export const OPTION_EXPECTATIONS: Expectations = {
  ...SETTING_EXPECTATIONS,
  clock: object,
  random: callable,
  seed: integerFrom(Number.MIN_SAFE_INTEGER),
  token: text,
  application: object,
  guilds: integerFrom(0, 10_000_000),
  identifyRemaining: integerFrom(0),
};
