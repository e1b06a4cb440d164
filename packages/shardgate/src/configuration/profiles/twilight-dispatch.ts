import type { Variables } from '../environment-layer.ts';
import { TextValueError, trueOrFalse, wholeNumber } from '../text-value.ts';
import { hasNone, maps } from './profile.ts';
import type { MappedEntry, Profile, ProfileSettings } from './profile.ts';

const number =
  (path: string, factor = 1): MappedEntry['set'] =>
  (text) => ({ [path]: wholeNumber(text) * factor });

const flag =
  (path: string): MappedEntry['set'] =>
  (text) => ({ [path]: trueOrFalse(text) });

/** Its channels: 0 is off. */
const channel =
  (path: string): MappedEntry['set'] =>
  (text) => ({ [path]: text === '0' ? null : text });

/** Levels of tracing-subscriber, and ours. */
const LEVELS: Readonly<Record<string, string>> = {
  off: 'silent',
  error: 'error',
  warn: 'warn',
  info: 'info',
  debug: 'debug',
  trace: 'trace',
};

/** A list such as `warn,twilight_gateway=debug`: the part without a target counts. */
function logLevel(text: string): ProfileSettings {
  const level = text
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .find((one) => Object.hasOwn(LEVELS, one));
  if (level === undefined) throw new TextValueError('a level: off, error, warn, info, debug or trace');
  return { 'log.level': LEVELS[level] };
}

/** One activity, which has a type and a name. */
function activity(_text: string, { ACTIVITY_TYPE, ACTIVITY_NAME }: Variables): ProfileSettings {
  if (!ACTIVITY_NAME) return {};
  return { 'presence.activities': [{ name: ACTIVITY_NAME, type: wholeNumber(ACTIVITY_TYPE || '0') }] };
}

/** Its RabbitMQ, from all of its variables: each alone is only a part of the address. */
function rabbitmq(given: Variables): readonly unknown[] {
  const { RABBIT_HOST, RABBIT_PORT, RABBIT_USERNAME, RABBIT_PASSWORD, DEFAULT_QUEUE } = given;
  const url = new URL('amqp://127.0.0.1:5672/%2f');
  url.hostname = RABBIT_HOST || '127.0.0.1';
  url.port = String(wholeNumber(RABBIT_PORT || '5672'));
  url.username = encodeURIComponent(RABBIT_USERNAME || 'guest');
  url.password = encodeURIComponent(RABBIT_PASSWORD || 'guest');
  const queue = trueOrFalse(DEFAULT_QUEUE || 'true') ? {} : { queue: false };
  return [{ type: 'amqp', name: 'rabbitmq', url: url.href, ...queue, commands: {} }];
}

const toRabbitmq = (_text: string, given: Variables): ProfileSettings => ({ sinks: rabbitmq(given) });

/** Its Redis, from both of its variables. */
function redis({ REDIS_HOST, REDIS_PORT }: Variables): readonly unknown[] {
  const url = new URL('redis://127.0.0.1:6379');
  url.hostname = REDIS_HOST || '127.0.0.1';
  url.port = String(wholeNumber(REDIS_PORT || '6379'));
  return [{ type: 'redis', url: url.href, informationKeys: 'always' }];
}

const toRedis = (_text: string, given: Variables): ProfileSettings => ({ 'state.stores': redis(given) });

/** https://github.com/chamburr/twilight-dispatch: all of its 34 variables. */
export const twilightDispatch: Profile = {
  name: 'twilight-dispatch',
  // It hands every event over under Discord's name.
  defaults: {
    'filters.loadedGuilds': false,
    'filters.unavailableGuilds': false,
    'filters.editedMessages': false,
    'metrics.profile': 'twilight-dispatch',
    // Its op 1 reconnects a shard.
    'commands.roles': ['events', 'commands', 'admin'],
    sinks: rabbitmq({}),
    // It keeps everything, in Redis, waits for it, and tells what was before of guilds alone.
    'state.enabled': true,
    'state.stores': redis({}),
    'state.kinds.message': true,
    'state.kinds.presence': true,
    'state.ttlMs.member': 60_000,
    'state.ttlMs.message': 60_000,
    'state.old': 'guilds',
    'state.waitMs': 5_000,
  },
  entries: [
    maps('RUST_LOG', 'log level', 'log.level', logLevel, '`off` is `silent`; levels of single targets are passed over'),
    maps('BOT_TOKEN', 'bot token', 'token', (text) => ({ token: text })),
    maps('SHARDS_START', 'first shard', 'shards.first', number('shards.first')),
    maps('SHARDS_END', 'last shard, itself included', 'shards.last', number('shards.last')),
    maps('SHARDS_TOTAL', 'shards of the whole bot', 'shards.total', number('shards.total')),
    maps('SHARDS_CONCURRENCY', 'identify buckets', 'shards.concurrency', number('shards.concurrency')),
    maps(
      'SHARDS_WAIT',
      'seconds between two identifies of a bucket',
      'shards.spawnDelayMs',
      number('shards.spawnDelayMs', 1_000),
      'times 1,000; never less than 5,100',
    ),
    hasNone(
      'CLUSTERS',
      'groups of shards in the process',
      'all shards of a process share one loop, which needs no groups',
    ),
    maps('DEFAULT_QUEUE', 'declare the queue `gateway.recv`', 'sinks', toRabbitmq, 'in the sink `rabbitmq`'),
    maps('RESUME', 'use stored sessions at start', 'shards.resume', (text) => ({ 'shards.resume': trueOrFalse(text) })),
    maps('INTENTS', 'intents as a bit set', 'intents', number('intents')),
    maps(
      'LARGE_THRESHOLD',
      'members above which offline ones are left out',
      'largeThreshold',
      number('largeThreshold'),
    ),
    maps('STATUS', 'status', 'presence.status', (text) => ({ 'presence.status': text })),
    maps('ACTIVITY_TYPE', 'type of the activity', 'presence.activities', activity, 'with `ACTIVITY_NAME`'),
    maps('ACTIVITY_NAME', 'name of the activity', 'presence.activities', activity, 'with `ACTIVITY_TYPE`'),
    maps(
      'LOG_CHANNEL',
      'channel of shard messages',
      'statusMessages.channelId',
      channel('statusMessages.channelId'),
      '0 is off',
    ),
    maps(
      'LOG_GUILD_CHANNEL',
      'channel of guild messages',
      'statusMessages.guilds',
      channel('statusMessages.guilds'),
      '0 is off',
    ),
    maps(
      'STATE_ENABLED',
      'keep a cache in Redis',
      'state.enabled',
      flag('state.enabled'),
      'its `gateway_` keys are written with `false`, too',
    ),
    maps(
      'STATE_MEMBER',
      'store members',
      'state.kinds.member',
      (text) => ({ 'state.kinds.member': trueOrFalse(text) || 'own' }),
      "`false` is `own`: the bot's own alone, as there",
    ),
    maps('STATE_MEMBER_TTL', 'lifetime of members, milliseconds', 'state.ttlMs.member', number('state.ttlMs.member')),
    maps('STATE_MESSAGE', 'store messages', 'state.kinds.message', flag('state.kinds.message')),
    maps(
      'STATE_MESSAGE_TTL',
      'lifetime of messages, milliseconds',
      'state.ttlMs.message',
      number('state.ttlMs.message'),
    ),
    maps('STATE_PRESENCE', 'store presences', 'state.kinds.presence', flag('state.kinds.presence')),
    maps('STATE_EMOJI', 'store emojis', 'state.kinds.emoji', flag('state.kinds.emoji')),
    maps('STATE_VOICE', 'store voice states', 'state.kinds.voiceState', flag('state.kinds.voiceState')),
    maps(
      'STATE_OLD',
      'give the previous value as `old`',
      'state.old',
      (text) => ({ 'state.old': trueOrFalse(text) || 'guilds' }),
      '`false` is `guilds`: GUILD_CREATE and GUILD_DELETE have it, as there',
    ),
    maps('RABBIT_HOST', 'host of RabbitMQ', 'sinks', toRabbitmq, 'in the sink `rabbitmq`'),
    maps('RABBIT_PORT', 'port of RabbitMQ', 'sinks', toRabbitmq, 'in the sink `rabbitmq`'),
    maps('RABBIT_USERNAME', 'user at RabbitMQ', 'sinks', toRabbitmq, 'in the sink `rabbitmq`'),
    maps('RABBIT_PASSWORD', 'password at RabbitMQ', 'sinks', toRabbitmq, 'in the sink `rabbitmq`'),
    maps('REDIS_HOST', 'host of Redis', 'state.stores', toRedis, 'in the store `redis`'),
    maps('REDIS_PORT', 'port of Redis', 'state.stores', toRedis, 'in the store `redis`'),
    maps('PROMETHEUS_HOST', 'address of the metrics', 'metrics.host', (text) => ({ 'metrics.host': text })),
    maps('PROMETHEUS_PORT', 'port of the metrics', 'metrics.port', number('metrics.port')),
  ],
};
