import type { Variables } from '../environment-layer.ts';
import { TextValueError, wholeNumber } from '../text-value.ts';
import { hasNone, maps, waitsFor } from './profile.ts';
import type { Profile, ProfileSettings } from './profile.ts';

/** Bits 0 to 15, as it numbers them. */
const ALL = 0xffff;
/** Without presences, typing and typing in direct messages. */
const DEFAULT = ALL & ~(1 << 8) & ~(1 << 11) & ~(1 << 14);
/** That without guilds and members. */
const FAST = DEFAULT & ~0b11;
const INTENTS: Readonly<Record<string, number>> = { all: ALL, default: DEFAULT, fast: FAST };

function intents(text: string): ProfileSettings {
  if (!Object.hasOwn(INTENTS, text)) throw new TextValueError("'default', 'all' or 'fast'");
  return { intents: INTENTS[text] };
}

const total = (text: string): ProfileSettings => ({ 'shards.total': wholeNumber(text) });
const format = (text: string): ProfileSettings => (text === '' ? {} : { 'log.format': 'json' });

/** Its end is exclusive. */
function stop(text: string): ProfileSettings {
  const end = wholeNumber(text);
  if (end < 1) throw new TextValueError('a whole number of 1 or more: the first shard that is not run');
  return { 'shards.last': end - 1 };
}

/** The number at the end of a stateful set's host name says which shards a pod has. */
function podShards(text: string, { HOSTNAME = '' }: Variables): ProfileSettings {
  const perPod = wholeNumber(text);
  const [, pod] = /-(\d+)$/.exec(HOSTNAME) ?? [];
  if (pod === undefined)
    throw new TextValueError("a HOSTNAME that ends in the pod's number, such as gateway-3, beside it");
  if (perPod < 1) throw new TextValueError('a whole number of 1 or more');
  return { 'shards.first': Number(pod) * perPod, 'shards.last': (Number(pod) + 1) * perPod - 1 };
}

const names = (text: string): ProfileSettings => ({
  'events.whitelist': text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
});

/** Lists in one Redis or several; of several each has its own place in the events. */
function redisLists(given: Variables, flag?: string): ProfileSettings {
  const { REDIS, MULTI_REDIS } = given;
  const addresses: readonly (readonly [string, unknown])[] = MULTI_REDIS
    ? Object.entries(jsonObject(MULTI_REDIS))
    : [[flag || REDIS || 'localhost:6379', []]];
  const sinks = addresses.map(([address, events]) => {
    if (!Array.isArray(events)) throw new TextValueError('a JSON object of addresses and lists of event names');
    const names = events.length === 0 ? {} : { events };
    const url = address.includes('://') ? address : `redis://${address}`;
    if (!URL.canParse(url)) throw new TextValueError('addresses such as localhost:6379');
    // By this name it finds its place again, in whatever order the addresses stand.
    const name = addresses.length === 1 ? 'redis' : `redis-${new URL(url).host.replace(/[^\w.-]+/g, '-')}`;
    return { type: 'redisList', name, url, ...names };
  });
  return { sinks };
}

function jsonObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below.
  }
  throw new TextValueError('a JSON object of addresses and lists of event names');
}

const MANAGEMENT = ['commands.grpc.enabled', 'commands.grpc.host', 'commands.grpc.port', 'commands.roles'];

/** Go takes an address without a host for every address of the machine. */
function management(text: string): ProfileSettings {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(text) ?? [];
  if (port === '') throw new TextValueError('an address such as localhost:8080');
  return {
    'commands.grpc.enabled': true,
    'commands.grpc.host': host.replace(/^\[|\]$/g, '') || '0.0.0.0',
    'commands.grpc.port': wholeNumber(port),
    'commands.roles': ['events', 'commands', 'admin'],
  };
}

const CACHE = ['state.enabled', 'state.stores'];

/** A cache in PostgreSQL, where an address says which. */
function postgres(url: string, { PSQL_MAX_CONNS }: Variables): ProfileSettings {
  if (!/^postgres(ql)?:\/\//i.test(url) || !URL.canParse(url))
    throw new TextValueError('an address such as postgres://user:password@host:5432/database');
  const connections = PSQL_MAX_CONNS ? { readConnections: Math.max(1, wholeNumber(PSQL_MAX_CONNS) - 1) } : {};
  return { 'state.enabled': true, 'state.stores': [{ type: 'postgres', url, ...connections }] };
}

/** Alone it says nothing; with `PSQL` beside it that has counted it in. */
function maxConnections(text: string, { PSQL }: Variables): ProfileSettings {
  wholeNumber(text);
  return PSQL ? postgres(PSQL, { PSQL_MAX_CONNS: text }) : {};
}

const ownIdentifies = 'identifies wait for each other by Discord’s rules, and the budget is kept on disk';
const noBackfill = 'members are not fetched by the gateway; ask for them with a command';

/** https://github.com/tatsuworks/gateway: flags of its gateway, and variables of the process and of its container. */
export const tatsu: Profile = {
  name: 'tatsu',
  // It keeps presences, too, where it keeps anything, and its events have no `old`.
  defaults: {
    'shards.total': 1,
    largeThreshold: 250,
    'state.kinds.presence': true,
    'state.old': false,
    ...redisLists({}),
  },
  entries: [
    maps('-token', 'bot token', 'token', (text) => ({ token: text })),
    maps('-shards', 'shards of the whole bot', 'shards.total', total),
    maps('-start', 'first shard', 'shards.first', (text) => ({ 'shards.first': wholeNumber(text) })),
    maps('-stop', 'shard to stop before', 'shards.last', stop, 'minus 1, since ours is included'),
    maps('-intents', '`default`, `all` or `fast`', 'intents', intents, 'as bit sets 46847, 65535 and 46844'),
    maps('-prod', 'any text: logs as JSON', 'log.format', format, '`json`'),
    maps('-redis', 'where events go', 'sinks', (text, given) => redisLists(given, text), 'as Redis lists'),
    maps(
      '-queue',
      'gRPC service that takes events',
      'sinks',
      (text) => ({ sinks: [{ type: 'grpcPush', name: 'queue', address: text }] }),
      'by `gateway.Queue/Push`; wins over `-redis`',
    ),
    maps('-addr', 'listener of the management service', MANAGEMENT, management, 'by gRPC; it may reconnect shards'),
    waitsFor('-etcd', 'lock of identifies over several processes', 'the fleet'),
    maps('-psqlAddr', 'PostgreSQL of the state', CACHE, (text, given) => postgres(text, given), 'as a store'),
    hasNone('-name', 'name of the bot in the database', 'each bot has a state folder of its own (`folder`)'),
    hasNone('-podId', 'name of the Redis client', 'nothing is called by it'),
    hasNone('-pprof', 'profiler of Go', 'Node.js has `--cpu-prof` and `--inspect`'),
    maps('TOKEN', 'bot token', 'token', (text) => ({ token: text })),
    maps('SHARDS', 'shards of the whole bot', 'shards.total', total),
    maps(
      'SHARDS_PER_POD',
      'shards of a pod',
      ['shards.first', 'shards.last'],
      podShards,
      'with the number at the end of `HOSTNAME`',
    ),
    maps('INTENTS', '`default`, `all` or `fast`', 'intents', intents, 'as `-intents`'),
    maps('PROD', 'any text: logs as JSON', 'log.format', format, '`json`'),
    maps('WHITELIST_EVENTS', 'the only events that are handed over', 'events.whitelist', names),
    maps(
      'MULTI_REDIS',
      'several Redis, each with its events',
      'sinks',
      (_text, given) => redisLists(given),
      'as Redis lists',
    ),
    maps('REDIS', 'where events go', 'sinks', (_text, given) => redisLists(given), 'as Redis lists'),
    waitsFor('ETCD', 'lock of identifies over several processes', 'the fleet'),
    maps('PSQL', 'PostgreSQL of the state', CACHE, postgres, 'as a store'),
    maps(
      'PSQL_MAX_CONNS',
      'connections to PostgreSQL',
      'state.stores',
      maxConnections,
      'one writes, the others read; with `PSQL`',
    ),
    maps('ADDR', 'listener of the management service', MANAGEMENT, management, 'as `-addr`'),
    hasNone('NAME', 'name of the bot in the database', 'each bot has a state folder of its own (`folder`)'),
    hasNone('PPROF', 'profiler of Go', 'Node.js has `--cpu-prof` and `--inspect`'),
    hasNone('SKIP_MEMBER_REQUEST', 'do not ask for members at a join', 'the gateway asks for none'),
    hasNone(
      'EVENT_READ_TIMEOUT',
      'seconds without an event after which a shard is cut',
      'heartbeats tell a dead connection from a quiet one',
    ),
    hasNone('IDENTIFY_STABILIZE_CONCURRENCY', 'shards that settle at a time', ownIdentifies),
    hasNone('IDENTIFY_STABILIZE_USE_DRAIN', 'wait for a shard’s guilds', ownIdentifies),
    hasNone('IDENTIFY_STABILIZE_SECONDS', 'pause after a shard', ownIdentifies),
    hasNone('IDENTIFY_STABILIZE_SECONDS_MAX', 'longest such pause', ownIdentifies),
    hasNone('IDENTIFY_PACING_SECONDS', 'pause between identifies', ownIdentifies),
    hasNone('BACKFILL_DIVERGENCE_RATIO', 'difference at which members are fetched', noBackfill),
    hasNone('BACKFILL_SWEEP_ENABLED', 'fetch members in turn', noBackfill),
    hasNone('BACKFILL_SWEEP_REQUESTS_PER_SECOND', 'pace of that', noBackfill),
    hasNone('BACKFILL_SWEEP_BATCH', 'guilds in one go', noBackfill),
    hasNone('BACKFILL_STALENESS_HOURS', 'age at which members are fetched again', noBackfill),
  ],
};
