import { createHash } from 'node:crypto';
import { EventEmitter } from 'eventemitter3';
import { Collection } from './collection.ts';
import { createConnectPacer } from './connect-pacer.ts';
import { defaultMethods } from './default-methods.ts';
import { LEAST_SPAWN_SHARD_DELAY_MS, plainDefaults } from './defaults.ts';
import { createEditedMessages } from './filters/edited-messages.ts';
import { createCache } from './gateway-cache.ts';
import type { GatewayManager, GatewayMethods } from './gateway-manager.ts';
import type { GatewayRuntime } from './gateway-runtime.ts';
import type { GatewayCache, GatewayState } from './gateway-state.ts';
import { createIdentifyGovernor } from './identify/identify-governor.ts';
import { createIdentifyQueue } from './identify/identify-queue.ts';
import { createMemoryIdentifyLedger } from './identify/memory-identify-ledger.ts';
import { intentBits } from './intents.ts';
import type { GatewayEvents } from './life-cycle-events.ts';
import { checkOptions } from './options/check-options.ts';
import type { GatewayOptions } from './options/gateway-options.ts';
import { report } from './report.ts';
import { createMemorySessionStore } from './session-store/memory-session-store.ts';
import { checkWireFormat } from './shard/wire-format.ts';

/** Options that tell Discord's limits: with one of them given, nothing is asked of REST before the first identify. */
const LIMIT_OPTIONS = [
  'sessionStartLimitTotal',
  'sessionStartLimitRemaining',
  'sessionStartLimitResetAfter',
  'maxConcurrency',
] as const;

/**
 * Makes a gateway manager: a plain object of data and methods that holds a bot's shards. No I/O and no timer before `spawnShards`.
 *
 * @throws {TypeError | RangeError} naming every option that does not exist or whose value is wrong
 *
 * @example
 * const gateway = createGatewayManager({
 *   token: process.env.DISCORD_TOKEN,
 *   intents: ['Guilds', 'GuildMessages'],
 *   handleDiscordPayload: (_gateway, data, shardId) => console.log(shardId, data.t),
 * });
 * await gateway.spawnShards(gateway);
 */
export function createGatewayManager(options: GatewayOptions): GatewayManager {
  const methodNames = Object.keys(defaultMethods);
  checkOptions(options, methodNames);
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as GatewayOptions;
  const gateway = assemble(given);
  checkWireFormat(gateway);
  hide(gateway, 'token');
  hide(gateway, 'secretKey');
  Object.defineProperty(gateway, 'runtime', { enumerable: false });
  alias(gateway, 'shardsPerWorker', 'shardsPerCluster');
  alias(gateway, 'maxWorkers', 'maxClusters');
  return gateway;
}

function assemble(given: GatewayOptions): GatewayManager {
  const state: Omit<GatewayState, 'cache' | 'runtime'> = {
    ...plainDefaults,
    sessionStore: createMemorySessionStore(),
    identifyLedger: createMemoryIdentifyLedger(),
    events: new EventEmitter<GatewayEvents>(),
    shards: new Collection(),
    loadingShards: new Collection(),
    buckets: new Collection(),
    ...(given as Partial<GatewayState>),
    intents: intentsOf(given.intents),
    timings: { ...plainDefaults.timings, ...given.timings },
    filters: { ...plainDefaults.filters, ...given.filters },
    maxInFlight: { ...plainDefaults.maxInFlight, ...given.maxInFlight },
    whitelist: given.whitelist === undefined ? undefined : new Set(given.whitelist),
    ignoreEvents: new Set(given.ignoreEvents),
    shardsPerCluster: given.shardsPerCluster ?? given.shardsPerWorker ?? plainDefaults.shardsPerCluster,
    maxClusters: given.maxClusters ?? given.maxWorkers ?? plainDefaults.maxClusters,
    shardsPerWorker: 0,
    maxWorkers: 0,
  };
  const overrides = Object.fromEntries(
    Object.entries(given).filter(([name]) => name in defaultMethods),
  ) as Partial<GatewayMethods>;
  // Cache and runtime look back at the manager, so it is there before them.
  const gateway = Object.assign(state, defaultMethods, overrides) as GatewayManager & {
    cache: GatewayCache;
    runtime: GatewayRuntime;
  };
  gateway.runtime = createRuntime(gateway, given);
  gateway.cache = createCache(gateway);
  return gateway;
}

function intentsOf(intents: GatewayOptions['intents'] = 0): number {
  if (typeof intents === 'number') return intents;
  return intents.reduce((bits, name) => bits | (intentBits(name) ?? 0), 0);
}

function createRuntime(gateway: GatewayManager, given: GatewayOptions): GatewayRuntime {
  const { clock, random } = gateway;
  const tokenFingerprint = createHash('sha256').update(gateway.token.replace(/^Bot /, '')).digest('hex').slice(0, 16);
  const identifySpacingMs = Math.max(LEAST_SPAWN_SHARD_DELAY_MS, gateway.spawnShardDelay);
  const governor = createIdentifyGovernor({
    ledger: gateway.identifyLedger,
    clock,
    random,
    tokenFingerprint,
    reserve: gateway.identifyReserve,
    retryRejectedToken: gateway.retryRejectedToken,
    onStatus: (status) => report(gateway, 'identifyBudget', status),
  });
  return {
    tokenFingerprint,
    governor,
    identifySpacingMs,
    identifyQueue: createIdentifyQueue({
      clock,
      random,
      governor,
      maxConcurrency: gateway.maxConcurrency,
      spacingMs: identifySpacingMs,
      onRefused: (shardId, reason, retryAfterMs) =>
        report(gateway, 'identifyRefused', { shardId, reason, retryAfterMs }),
    }),
    pacer: createConnectPacer(gateway.connectsPerSecond),
    editedMessages: createEditedMessages({ clock }),
    stopping: new AbortController(),
    halted: undefined,
    fetching: undefined,
    fetchedAt: undefined,
    askAgainAt: Number.NEGATIVE_INFINITY,
    readyWaits: new Map(),
    ended: new Map(),
    saving: undefined,
    saveNext: undefined,
    hurryAt: Number.NEGATIVE_INFINITY,
    saveFailed: false,
    hurryTimer: undefined,
    upkeepTimer: undefined,
    closing: new Map(),
    onAllClosed: undefined,
    onDrained: undefined,
    onIdentify: new Map(),
    urlGiven: gateway.urlWSS !== '',
    limitsGiven: LIMIT_OPTIONS.some((name) => given[name] !== undefined),
    configured: undefined,
    reshardMark: undefined,
    reshard: undefined,
    reshardTimer: undefined,
    crossing: undefined,
    spawn: undefined,
  };
}

/** Readable and assignable, but in no log, no JSON and no copy; an accessor, so that not even an inspection of hidden properties shows the value. */
function hide(gateway: GatewayManager, name: 'token' | 'secretKey'): void {
  let secret = gateway[name];
  Object.defineProperty(gateway, name, {
    enumerable: false,
    get: () => secret,
    set: (value: string) => {
      secret = value;
    },
  });
}

/** Makes `name` another word for `target`. */
function alias(
  gateway: GatewayManager,
  name: 'shardsPerWorker' | 'maxWorkers',
  target: 'shardsPerCluster' | 'maxClusters',
): void {
  Object.defineProperty(gateway, name, {
    enumerable: true,
    configurable: true,
    get: () => gateway[target],
    set: (value: number) => {
      gateway[target] = value;
    },
  });
}
