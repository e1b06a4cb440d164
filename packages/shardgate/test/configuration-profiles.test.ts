import { describe, expect, it } from 'vitest';
import type { LoadedConfiguration } from '../src/configuration/load-configuration.ts';
import { isMapped } from '../src/configuration/profiles/profile.ts';
import { tatsu } from '../src/configuration/profiles/tatsu.ts';
import { twilightDispatch } from '../src/configuration/profiles/twilight-dispatch.ts';
import { errorOf, load, TOKEN } from './configuration-folder.ts';

/** Every variable of a deployment, with a value that is no default of ours. */
const TWILIGHT: Readonly<Record<string, string>> = {
  RUST_LOG: 'debug',
  BOT_TOKEN: TOKEN,
  SHARDS_START: '2',
  SHARDS_END: '5',
  SHARDS_TOTAL: '8',
  SHARDS_CONCURRENCY: '3',
  SHARDS_WAIT: '6',
  CLUSTERS: '2',
  DEFAULT_QUEUE: 'true',
  RESUME: 'false',
  INTENTS: '32767',
  LARGE_THRESHOLD: '250',
  STATUS: 'idle',
  ACTIVITY_TYPE: '2',
  ACTIVITY_NAME: 'Testing',
  LOG_CHANNEL: '123456789012345678',
  LOG_GUILD_CHANNEL: '223456789012345678',
  STATE_ENABLED: 'false',
  STATE_MEMBER: 'false',
  STATE_MEMBER_TTL: '61000',
  STATE_MESSAGE: 'false',
  STATE_MESSAGE_TTL: '62000',
  STATE_PRESENCE: 'false',
  STATE_EMOJI: 'false',
  STATE_VOICE: 'false',
  STATE_OLD: 'true',
  RABBIT_HOST: '127.0.0.1',
  RABBIT_PORT: '5672',
  RABBIT_USERNAME: 'guest',
  RABBIT_PASSWORD: 'guest-password',
  REDIS_HOST: '127.0.0.1',
  REDIS_PORT: '6379',
  PROMETHEUS_HOST: '127.0.0.2',
  PROMETHEUS_PORT: '8005',
};

const variables = (all: Readonly<Record<string, string>>): string =>
  Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

function valueAt({ configuration }: LoadedConfiguration, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => Reflect.get(Object(value), name), configuration);
}

describe('the profile twilight-dispatch', () => {
  const flags = { profile: 'twilight-dispatch' };

  it('knows all 34 variables', () => {
    expect(twilightDispatch.entries.map(({ name }) => name)).toEqual(Object.keys(TWILIGHT));
    expect(twilightDispatch.entries).toHaveLength(34);
  });

  it.each(twilightDispatch.entries.map((entry) => [entry.name, entry] as const))(
    '%s takes effect or says why not',
    async (name, entry) => {
      const without = { BOT_TOKEN: 'other', ...TWILIGHT };
      delete (without as Record<string, string>)[name];
      const [before, after] = await Promise.all([
        load(
          { '.env': variables({ ...without, BOT_TOKEN: name === 'BOT_TOKEN' ? 'other' : TOKEN }) },
          { env: {}, flags },
        ),
        load({ '.env': variables(TWILIGHT) }, { env: {}, flags }),
      ]);
      if (isMapped(entry)) {
        for (const path of entry.to) {
          // Each is one part of an address, and may have been given as what it is by default.
          if (path === 'sinks' || path === 'state.stores') continue;
          expect(valueAt(after, path), path).not.toEqual(valueAt(before, path));
          expect(after.sources.get(path)).toMatch(/^\.env: /);
        }
        expect(after.notes.filter(({ text }) => text.startsWith(`${name} is`))).toEqual([]);
      } else {
        expect(after.notes).toContainEqual({
          level: entry.needs === undefined ? 'info' : 'warn',
          text: `${name} is ${entry.why}`,
        });
        expect(entry.why).toMatch(/^without effect: \S/);
      }
    },
  );

  it('a deployment is taken over as it was', async () => {
    const { configuration, notes } = await load({ '.env': variables(TWILIGHT) }, { env: {}, flags });
    expect(configuration).toMatchObject({
      profile: 'twilight-dispatch',
      log: { level: 'debug' },
      shards: { first: 2, last: 5, total: 8, concurrency: 3, spawnDelayMs: 6_000, resume: false },
      intents: 32767,
      largeThreshold: 250,
      presence: { status: 'idle', activities: [{ name: 'Testing', type: 2 }] },
      statusMessages: { channelId: '123456789012345678', guilds: '223456789012345678' },
      metrics: { profile: 'twilight-dispatch', host: '127.0.0.2', port: 8005 },
      filters: { loadedGuilds: false, unavailableGuilds: false, editedMessages: false },
      state: {
        enabled: false,
        kinds: { member: 'own', message: false, presence: false, emoji: false, voiceState: false, guild: true },
        ttlMs: { member: 61_000, message: 62_000, guild: null },
        old: true,
      },
    });
    expect(configuration.token).toBe(TOKEN);
    expect(configuration.sinks).toMatchObject([
      { type: 'amqp', name: 'rabbitmq', commands: { queues: ['gateway.send'] } },
    ]);
    expect(configuration.sinks[0] && Reflect.get(configuration.sinks[0], 'url')).toBe(
      'amqp://guest:guest-password@127.0.0.1:5672/%2f',
    );
    expect(notes).toHaveLength(1);
    expect(JSON.stringify(notes)).not.toContain('guest-password');
  });

  it.each([
    [{ RABBIT_HOST: 'broker' }, 'amqp://guest:guest@broker:5672/%2f'],
    [{ RABBIT_PORT: '5673' }, 'amqp://guest:guest@127.0.0.1:5673/%2f'],
    [{ RABBIT_USERNAME: 'a b' }, 'amqp://a%20b:guest@127.0.0.1:5672/%2f'],
    [{ RABBIT_PASSWORD: 'p@/s' }, 'amqp://guest:p%40%2Fs@127.0.0.1:5672/%2f'],
    [{ DEFAULT_QUEUE: 'true' }, 'amqp://guest:guest@127.0.0.1:5672/%2f'],
    [{}, 'amqp://guest:guest@127.0.0.1:5672/%2f'],
  ])('%j leads to RabbitMQ at %s', async (env, url) => {
    const { configuration } = await load({}, { env: { BOT_TOKEN: TOKEN, ...env }, flags });
    expect(Reflect.get(Object(configuration.sinks[0]), 'url')).toBe(url);
    expect(configuration.sinks[0]).not.toHaveProperty('queue');
    const without = await load({}, { env: { BOT_TOKEN: TOKEN, ...env, DEFAULT_QUEUE: 'false' }, flags });
    expect(without.configuration.sinks[0]).toMatchObject({ queue: false });
  });

  it.each([
    [{}, 'redis://127.0.0.1:6379'],
    [{ REDIS_HOST: 'cache' }, 'redis://cache:6379'],
    [{ REDIS_PORT: '6380' }, 'redis://127.0.0.1:6380'],
  ])('without a word the cache holds what it held there, and %j leads to %s', async (env, url) => {
    const { configuration } = await load({}, { env: { BOT_TOKEN: TOKEN, ...env }, flags });
    expect(configuration.state).toMatchObject({
      enabled: true,
      old: 'guilds',
      kinds: { guild: true, member: true, message: true, presence: true, emoji: true, voiceState: true },
      ttlMs: { member: 60_000, message: 60_000, channel: null },
      stores: [{ type: 'redis', informationKeys: 'always' }],
    });
    expect(Reflect.get(Object(configuration.state.stores[0]), 'url')).toBe(url);
    expect(Object.keys(Object(configuration.state.stores[0]))).not.toContain('url');
  });

  it('channel 0 and empty variables are off, and levels of single targets are passed over', async () => {
    const env = {
      BOT_TOKEN: TOKEN,
      LOG_CHANNEL: '0',
      LOG_GUILD_CHANNEL: '',
      RUST_LOG: 'lapin=trace,warn,twilight=debug',
      ACTIVITY_TYPE: '0',
    };
    const { configuration } = await load({}, { env, flags });
    expect(configuration).toMatchObject({
      statusMessages: { channelId: null, guilds: null },
      log: { level: 'warn' },
      presence: { activities: [] },
    });
  });

  it('our own variables win over its, and its over the file; without the profile they are nobody’s', async () => {
    const files = { 'shardgate.config.json': '{ "shards": { "total": 2, "first": 1 } }' };
    const env = {
      BOT_TOKEN: TOKEN,
      DISCORD_TOKEN: 'own',
      SHARDS_TOTAL: '3',
      SHARDGATE_SHARDS_LAST: '1',
      SHARDS_END: '2',
    };
    const { configuration } = await load(files, { env, flags });
    expect(configuration.shards).toMatchObject({ total: 3, first: 1, last: 1 });
    expect(configuration.token).toBe('own');
    expect((await load({}, { env: { ...env, SHARDGATE_SHARDS_LAST: '' } })).configuration.shards.total).toBe('auto');
  });

  it('its mistakes are told with all others', async () => {
    const env = {
      BOT_TOKEN: `${TOKEN} `,
      SHARDS_TOTAL: '1e3',
      RESUME: 'yes',
      INTENTS: String(2 ** 40),
      RUST_LOG: 'loud',
      STATUS: 'busy',
    };
    const error = await errorOf(load({}, { env, flags }));
    expect(new Set(error.mistakes.map(({ path }) => path))).toEqual(
      new Set(['token', 'shards.total', 'shards.resume', 'intents', 'log.level', 'presence.status']),
    );
    expect(error.mistakes.find(({ path }) => path === 'shards.total')?.source).toBe('environment: SHARDS_TOTAL');
    expect(error.message).not.toContain(TOKEN);
  });

  it('may be asked for in any source', async () => {
    for (const [files, env] of [
      [{ '.env': 'SHARDGATE_PROFILE=twilight-dispatch' }, {}],
      [{}, { SHARDGATE_PROFILE: 'twilight-dispatch' }],
      [{ 'shardgate.config.json': '{ "profile": "twilight-dispatch" }' }, {}],
    ] as const)
      expect((await load(files, { env: { ...env, BOT_TOKEN: TOKEN } })).configuration.token).toBe(TOKEN);
  });
});

describe('the profile tatsu', () => {
  const flags = { profile: 'tatsu' };

  it('takes its flags, in all of Go’s spellings', async () => {
    const words = [
      '-token',
      TOKEN,
      '--shards=720',
      '-start=64',
      '-stop',
      '128',
      '-intents',
      'fast',
      '-prod=yes',
      '-etcd',
      'http://etcd',
    ];
    const { configuration, notes, sources } = await load({}, { env: {}, flags, profileArguments: words });
    expect(configuration).toMatchObject({
      shards: { total: 720, first: 64, last: 127 },
      intents: 46844,
      log: { format: 'json' },
      largeThreshold: 250,
    });
    expect(configuration.token).toBe(TOKEN);
    expect(sources.get('shards.last')).toBe('flag -stop');
    expect(notes).toEqual([{ level: 'warn', text: '-etcd is not yet: needs the fleet' }]);
  });

  it('takes the variables of its container, where the host’s name says which shards', async () => {
    const env = {
      TOKEN,
      SHARDS: '1024',
      SHARDS_PER_POD: '64',
      HOSTNAME: 'gateway-3',
      INTENTS: 'default',
      WHITELIST_EVENTS: 'MESSAGE_CREATE,GUILD_CREATE',
    };
    const { configuration } = await load({}, { env, flags });
    expect(configuration).toMatchObject({
      shards: { total: 1024, first: 192, last: 255 },
      intents: 46847,
      events: { whitelist: ['MESSAGE_CREATE', 'GUILD_CREATE'] },
      sinks: [{ type: 'redisList', name: 'redis' }],
    });
  });

  it.each([
    [{}, [], [['redis', 'redis://localhost:6379', null]]],
    [{ REDIS: 'cache:6380' }, [], [['redis', 'redis://cache:6380', null]]],
    [{ REDIS: 'cache:6380' }, ['-redis', 'other:1'], [['redis', 'redis://other:1', null]]],
    [
      { MULTI_REDIS: '{"a:1":[],"b:2":["MESSAGE_CREATE"]}' },
      [],
      [
        ['redis-a-1', 'redis://a:1', null],
        ['redis-b-2', 'redis://b:2', ['MESSAGE_CREATE']],
      ],
    ],
  ])('finds its Redis in %j %j', async (env, profileArguments, expected) => {
    const { configuration } = await load({}, { env: { TOKEN, ...env }, flags, profileArguments });
    expect(configuration.sinks.map((sink) => [sink.name, Reflect.get(sink, 'url'), sink.events])).toEqual(expected);
  });

  it.each([
    [{}, ['-addr', 'localhost:8080'], 'localhost', 8080],
    [{ ADDR: '[::1]:81' }, [], '::1', 81],
    [{ ADDR: ':80', SHARDGATE_COMMANDS_GRPC_SECRET_KEY: 'key' }, [], '0.0.0.0', 80],
  ])('serves its management where %j %j says', async (env, profileArguments, host, port) => {
    const { configuration } = await load({}, { env: { TOKEN, ...env }, flags, profileArguments });
    expect(configuration.commands).toMatchObject({
      grpc: { enabled: true, host, port },
      roles: ['events', 'commands', 'admin'],
    });
  });

  it('serves it to others only with a key, and nowhere unless asked to', async () => {
    const { mistakes } = await errorOf(load({}, { env: { TOKEN, ADDR: ':80' }, flags }));
    expect(mistakes).toMatchObject([{ path: 'commands.grpc.secretKey' }]);
    const unreadable = await errorOf(load({}, { env: { TOKEN, ADDR: '80' }, flags }));
    expect(unreadable.mistakes).toMatchObject([{ expected: 'an address such as localhost:8080' }]);
    expect((await load({}, { env: { TOKEN }, flags })).configuration.commands.grpc.enabled).toBe(false);
  });

  it('an unreadable MULTI_REDIS is a mistake', async () => {
    for (const MULTI_REDIS of ['a:1', '[]', '{"a:1":"MESSAGE_CREATE"}', '{"http://[":[]}']) {
      const { mistakes } = await errorOf(load({}, { env: { TOKEN, MULTI_REDIS }, flags }));
      expect(mistakes, MULTI_REDIS).toMatchObject([{ path: 'sinks' }]);
    }
  });

  it.each([
    [{}, [], undefined, undefined],
    [{ PSQL_MAX_CONNS: '4' }, [], undefined, undefined],
    [{ PSQL: 'postgres://u:p@db/discord' }, [], 'postgres://u:p@db/discord', undefined],
    [{ PSQL: 'postgres://u:p@db/discord', PSQL_MAX_CONNS: '4' }, [], 'postgres://u:p@db/discord', 3],
    [{ PSQL_MAX_CONNS: '1' }, ['-psqlAddr', 'postgresql://db/x'], 'postgresql://db/x', 1],
  ])('keeps a cache where %j %j names a PostgreSQL', async (env, profileArguments, url, readConnections) => {
    const { configuration } = await load({}, { env: { TOKEN, ...env }, flags, profileArguments });
    const [store] = configuration.state.stores;
    expect(configuration.state.enabled).toBe(url !== undefined);
    expect([Reflect.get(Object(store), 'url'), Reflect.get(Object(store), 'readConnections')]).toEqual([
      url,
      readConnections,
    ]);
    expect(configuration.state).toMatchObject({ old: false, kinds: { presence: true } });
  });

  it('an unreadable PSQL is a mistake that does not show it', async () => {
    const PSQL = 'host=db password=planted';
    const error = await errorOf(load({}, { env: { TOKEN, PSQL }, flags }));
    expect(error.mistakes).toMatchObject([{ path: 'state.enabled, state.stores', value: 'hidden' }]);
    expect(error.message).not.toContain('planted');
  });

  it('says of all it knows what it does or why not', () => {
    for (const entry of tatsu.entries) {
      expect(entry.meaning, entry.name).not.toBe('');
      if (!isMapped(entry)) expect(entry.why, entry.name).toMatch(/^not yet: needs |^without effect: /);
    }
  });

  it('tells unknown flags, missing values and what cannot be read', async () => {
    const words = ['-token', TOKEN, '-shard', '-start', 'x', 'stray', '-stop'];
    const { mistakes } = await errorOf(load({}, { env: {}, flags, profileArguments: words }));
    expect(mistakes).toEqual([
      {
        path: '-shard',
        value: 'not shown',
        expected: "the name of a flag; did you mean '-shards'?",
        source: 'arguments',
      },
      { path: 'argument', value: 'not shown', expected: 'a flag such as -shards', source: 'arguments' },
      { path: '-stop', value: 'missing', expected: 'a value', source: 'arguments' },
      { path: 'shards.first', value: "'x'", expected: 'a whole number, in digits alone', source: 'flag -start' },
    ]);
  });

  it('arguments without a profile are a mistake', async () => {
    expect((await errorOf(load({}, { profileArguments: ['-shards', '1'] }))).mistakes).toMatchObject([
      { path: 'arguments' },
    ]);
  });
});
