import { createGatewayManager, type GatewayManager, type GatewayOptions } from '@shardgate/gateway';
import { describe, expect, it } from 'vitest';

/** The factory with whatever JavaScript would give it. */
function create(options: Record<string, unknown>): GatewayManager {
  return createGatewayManager(options as GatewayOptions);
}

function complaint(options: Record<string, unknown>): Error {
  try {
    create(options);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('the factory did not complain');
}

describe('the names of the original', () => {
  const handleDiscordPayload = (): void => {};

  it('are all taken, none is ignored', () => {
    const options = {
      handleDiscordPayload,
      token: 't',
      secretKey: 's',
      url: 'http://localhost:1',
      intents: 513,
      shardsRecommended: 3,
      sessionStartLimitTotal: 2_000,
      sessionStartLimitRemaining: 1_999,
      sessionStartLimitResetAfter: 7,
      maxConcurrency: 16,
      maxShards: 885,
      firstShardId: 100,
      lastShardId: 124,
      reshard: false,
      reshardPercentage: 70,
      useOptimalLargeBotSharding: false,
      spawnShardDelay: 6_000,
      shardsPerCluster: 30,
      maxClusters: 5,
      compress: true,
      $os: 'linux',
      $browser: 'browser',
      $device: 'device',
      presence: { status: 'online', activities: [], since: null, afk: false },
      urlWSS: 'wss://gateway.discord.gg',
      tellClusterToIdentify: () => {},
      prepareBuckets: () => {},
      heartbeat: () => {},
    };
    expect(create(options)).toMatchObject(options);
  });

  it('have the defaults the tutorial speaks of', () => {
    const gateway = createGatewayManager({ handleDiscordPayload });
    expect(gateway).toMatchObject({
      reshard: true,
      reshardPercentage: 80,
      useOptimalLargeBotSharding: true,
      shardsPerCluster: 25,
      maxClusters: 4,
      firstShardId: 0,
      secretKey: '',
    });
    expect(gateway.spawnShardDelay).toBeGreaterThanOrEqual(5_100);
    expect(gateway.cache.guildIds).toMatchObject({ size: 0 });
    expect(gateway.cache.loadingGuildIds).toMatchObject({ size: 0 });
    expect(gateway.cache.editedMessages).toMatchObject({ size: 0 });
  });

  it('exist for clusters and for workers, as options and as properties', () => {
    expect(create({ shardsPerWorker: 7, maxWorkers: 2 })).toMatchObject({
      shardsPerCluster: 7,
      maxClusters: 2,
      shardsPerWorker: 7,
      maxWorkers: 2,
    });
    const gateway = createGatewayManager({});
    gateway.shardsPerCluster = 9;
    gateway.maxWorkers = 3;
    expect([gateway.shardsPerWorker, gateway.maxClusters]).toEqual([9, 3]);
  });

  it.each([
    [['Guilds', 'GuildMessages'], 513],
    [['GUILDS', 'GUILD_MESSAGES'], 513],
    [['GuildBans', 'GuildEmojis'], 12],
    [[], 0],
    [513, 513],
  ])('intents %j are %i', (intents, bits) => {
    expect(create({ intents }).intents).toBe(bits);
  });
});

describe('an option that does not exist', () => {
  it.each([
    ['intent', 'intents'],
    ['maxShard', 'maxShards'],
    ['shardPerCluster', 'shardsPerCluster'],
    ['handleDiscordPayloads', 'handleDiscordPayload'],
    ['tellClusterToIdentfy', 'tellClusterToIdentify'],
    ['secretkey', 'secretKey'],
  ])('%s is named, and so is %s, which is meant', (name, meant) => {
    const error = complaint({ [name]: 'canary' });
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(`'${name}'`);
    expect(error.message).toContain(`'${meant}'`);
    expect(error.message, 'it may be a secret').not.toContain('canary');
  });

  it.each([
    [{ timings: { helloTimeout: 5 } }, 'timings.helloTimeout', 'timings.helloTimeoutMs'],
    [{ filters: { editedMessage: true } }, 'filters.editedMessage', 'filters.editedMessages'],
    [{ maxInFlight: { event: 5 } }, 'maxInFlight.event', 'maxInFlight.events'],
  ])('%j: the same inside an option', (options, name, meant) => {
    const error = complaint(options);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(`'${name}'`);
    expect(error.message).toContain(`'${meant}'`);
  });

  it('that resembles none is named without a guess', () => {
    expect(complaint({ floodgates: 1 }).message).toBe("createGatewayManager has no option 'floodgates'");
  });
});

describe('an option of the wrong kind', () => {
  it.each([
    [{ maxShards: '5' }, "option 'maxShards' is '5'", 'number'],
    [{ firstShardId: 1.5 }, "option 'firstShardId' is 1.5", 'int'],
    [{ intents: ['Guild'] }, "option 'intents.0' is 'Guild'", "'Guilds'"],
    [{ intents: 1 << 30 }, "option 'intents' is 1073741824", 'known intents'],
    [{ intents: 'Guilds' }, "option 'intents' is 'Guilds'", 'array of their names'],
    [{ heartbeat: 'often' }, "option 'heartbeat' is 'often'", 'function'],
    [{ handleDiscordPayload: null }, "option 'handleDiscordPayload' is null", 'function'],
    [{ compression: 'gzip' }, "option 'compression' is 'gzip'", 'zlib-stream'],
    [{ urlWSS: 'https://gateway.discord.gg' }, "option 'urlWSS' is 'https://gateway.discord.gg'", 'wss://'],
    [{ timings: { helloTimeoutMs: 'soon' } }, "option 'timings.helloTimeoutMs' is 'soon'", 'number'],
    [{ sessionStore: { load: () => [] } }, "option 'sessionStore' is { load }", 'save'],
  ])('%j: a TypeError names it, its value and what is expected', (options, value, expected) => {
    const error = complaint(options);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(value);
    expect(error.message.slice(error.message.indexOf(value) + value.length)).toContain(expected);
  });

  it.each([
    [{ maxConcurrency: 0 }, "option 'maxConcurrency' is 0", '1'],
    [{ reshardPercentage: 101 }, "option 'reshardPercentage' is 101", '100'],
    [{ largeThreshold: 300 }, "option 'largeThreshold' is 300", '250'],
    [{ maxInFlight: { events: 0 } }, "option 'maxInFlight.events' is 0", '1'],
  ])('%j: a RangeError when only the range is wrong', (options, value, expected) => {
    const error = complaint(options);
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toContain(value);
    expect(error.message.slice(error.message.indexOf(value) + value.length)).toContain(expected);
  });

  it('all mistakes are told at once', () => {
    const { message } = complaint({ maxShard: 5, maxConcurrency: 'many', heartbeat: 1 });
    expect(message.split('\n')).toHaveLength(3);
    for (const name of ["'maxShard'", "'maxConcurrency'", "'heartbeat'"]) expect(message).toContain(name);
  });

  it.each([
    [{ token: ['canary'] }],
    [{ token: { value: 'canary' } }],
    [{ secretKey: Buffer.from('canary') }],
    [{ rest: { token: 'canary', secretKey: 'canary' } }],
    [{ sessionStore: { url: 'redis://:canary@localhost' } }],
  ])('%j: no secret is in the message', (options) => {
    const { message } = complaint(options);
    expect(message).toMatch(/option '(token|secretKey|rest|sessionStore)'/);
    expect(message).not.toContain('canary');
  });
});
