import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import {
  createGatewayManager,
  heartbeat,
  identify,
  type GatewayManager,
  type GatewayOptions,
} from '@shardgate/gateway';
import { describe, expect, it } from 'vitest';
import { createVirtualBed, type VirtualBed } from '../beds/virtual-bed.ts';
import { watchSpawn } from './watched-spawn.ts';

const TOKEN = 'canary.token.value';
const SECRET_KEY = 'canary-secret-key';

function rangeReady(bed: VirtualBed, size: number): boolean {
  const { shards } = bed.gateway;
  return shards.size === size && shards.find((shard) => !shard.ready) === undefined;
}

/** Shard and shard count of every IDENTIFY, in order of the ids. */
function identified(bed: VirtualBed): readonly (readonly [number, number] | undefined)[] {
  const keys = bed.simulator.ledger.activity({ kind: 'identify' }).map(({ shard }) => shard);
  return keys.sort((one, other) => (one?.[0] ?? 0) - (other?.[0] ?? 0));
}

describe('which shards are spawned', () => {
  it('maxShards and lastShardId both N spawn exactly 0 to N-1', async () => {
    const bed = createVirtualBed({ shards: 5, maxConcurrency: 5 });
    const { outcome, spawnShards } = watchSpawn();
    bed.start({ maxShards: 5, lastShardId: 5, spawnShards });
    await bed.until('ready', () => rangeReady(bed, 5));
    await bed.until('spawnShards settles', () => outcome() !== 'pending');
    expect(outcome()).toBe('resolved');
    await bed.advance(60_000);
    expect(identified(bed)).toEqual([0, 1, 2, 3, 4].map((id) => [id, 5]));
    bed.clean();
    await bed.end();
  });

  it('maxShards 885, firstShardId 100 and lastShardId 124 spawn exactly the 25 from 100 to 124', async () => {
    const bed = createVirtualBed({ shards: 885, maxConcurrency: 16, guilds: 885 });
    bed.start({ maxShards: 885, firstShardId: 100, lastShardId: 124, shardsPerCluster: 25 });
    await bed.until('ready', () => rangeReady(bed, 25));
    await bed.advance(60_000);
    expect(identified(bed)).toEqual(Array.from({ length: 25 }, (_, index) => [100 + index, 885]));
    const rows = [...bed.gateway.buckets.values()].flatMap(({ workers }) => workers);
    expect(new Set(rows.map(([workerId]) => workerId)), 'one worker takes all').toEqual(new Set([1]));
    bed.clean();
    await bed.end();
  });

  it('the figures come from rest.runMethod(rest, get, /gateway/bot) when a REST manager is given', async () => {
    const bed = createVirtualBed({ shards: 3, maxConcurrency: 3 });
    const calls: unknown[][] = [];
    const rest = {
      runMethod: async (...call: [unknown, string, string]) => {
        calls.push(call);
        return JSON.parse((await bed.simulator.fetchGatewayBot(TOKEN)).body) as unknown;
      },
    };
    await bed.ready({ rest });
    expect(calls[0]).toEqual([rest, 'get', '/gateway/bot']);
    const { shardsRecommended, maxShards, maxConcurrency, sessionStartLimitTotal } = bed.gateway;
    expect([shardsRecommended, maxShards, maxConcurrency, sessionStartLimitTotal]).toEqual([3, 3, 3, 1_000]);
    bed.clean();
    await bed.end();
  });
});

describe('spawnShards that nobody awaits', () => {
  const handleDiscordPayload = (): void => {};
  it.each<[string, GatewayOptions]>([
    ['without a token', { handleDiscordPayload }],
    ['without a handler', { token: TOKEN }],
    ['with an empty range', { token: TOKEN, handleDiscordPayload, maxShards: 2, maxConcurrency: 1, firstShardId: 7 }],
  ])('%s rejects for who looks and is no unhandled rejection', async (_what, options) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const gateway = createGatewayManager(options);
    void gateway.spawnShards(gateway);
    await expect(gateway.spawnShards(gateway)).rejects.toBeInstanceOf(Error);
    // Node tells of unhandled rejections when the microtasks of a turn are over.
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('neither is the one that a stop ends', async () => {
    const bed = createVirtualBed();
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    bed.simulator.fault({ kind: 'refuse-connect' });
    bed.start();
    await bed.advance(10_000);
    await bed.end();
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    bed.clean();
  });

  it('the factory itself calls nothing of the user, starts no timer and opens no socket', () => {
    const never = (): never => {
      throw new Error('called by the factory');
    };
    const clock = { now: () => 0, wallTime: () => 0, setTimer: never, clearTimer: never };
    const store = { load: never, save: never, remove: never };
    const methods = {
      handleDiscordPayload: never,
      heartbeat: never,
      identify: never,
      debug: never,
      spawnShards: never,
    };
    createGatewayManager({
      token: TOKEN,
      clock,
      openSocket: never,
      sessionStore: store,
      identifyLedger: store,
      ...methods,
    });
  });
});

describe('secrets', () => {
  function printed(gateway: GatewayManager): string {
    let text = '';
    const stdout = new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk);
        done();
      },
    });
    new Console({ stdout }).log(gateway);
    return text;
  }

  it('token and secretKey can be read and assigned, and stand in no output, key list or copy of a running gateway', async () => {
    const debugged: unknown[] = [];
    const bed = createVirtualBed({}, { secretKey: SECRET_KEY, debug: (...values) => debugged.push(values) });
    await bed.ready();
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('gone', () => !bed.allReady());
    await bed.until('back', bed.allReady);
    const { gateway } = bed;
    expect([gateway.token, gateway.secretKey]).toEqual([TOKEN, SECRET_KEY]);
    expect(debugged.length).toBeGreaterThan(10);
    // The REST stub, the shards and the events are in there as well.
    const shown = [
      printed(gateway),
      inspect(gateway, { depth: 9 }),
      inspect(gateway, { depth: 9, showHidden: true }),
      JSON.stringify(
        Object.entries(gateway).filter(([name]) => !['shards', 'runtime'].includes(name)),
        bigintsAsText,
      ),
      inspect({ ...gateway }, { depth: 9, showHidden: true }),
      inspect(debugged, { depth: 9 }),
      inspect(bed.life.told, { depth: 9 }),
    ];
    for (const [index, text] of shown.entries()) {
      expect(text.length, `output ${index}`).toBeGreaterThan(100);
      expect(text, `output ${index}`).not.toContain('canary');
    }
    expect(Object.keys(gateway)).not.toEqual(expect.arrayContaining(['token']));
    expect(Object.keys(gateway)).not.toEqual(expect.arrayContaining(['secretKey']));
    gateway.token = 'canary.other.token';
    expect(gateway.token).toBe('canary.other.token');
    bed.clean();
    await bed.end();
  });

  it('JSON.stringify of a gateway works and has no secret in it', () => {
    const gateway = createGatewayManager({ token: TOKEN, secretKey: SECRET_KEY });
    expect(JSON.stringify(gateway)).toContain('"maxShards":0');
    expect(JSON.stringify(gateway)).not.toContain('canary');
  });
});

function bigintsAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

describe('the address', () => {
  const query = 'v=10&encoding=json&compress=zlib-stream';

  it.each([
    ['nothing', {}, `wss://gateway.discord.gg/?${query}`],
    ['a bare URL', { urlWSS: 'wss://gateway.discord.gg' }, `wss://gateway.discord.gg/?${query}`],
    [
      'the query of older versions',
      { urlWSS: 'wss://gateway.discord.gg/?v=9&encoding=json' },
      `wss://gateway.discord.gg/?${query}`,
    ],
    ['no compression', { compression: 'none' }, 'wss://gateway.discord.gg/?v=10&encoding=json'],
  ] as const)('given %s, version and encoding are in it exactly once', async (_what, options, address) => {
    const bed = createVirtualBed();
    bed.start({ maxShards: 1, maxConcurrency: 1, ...options });
    await bed.until('ready', bed.allReady);
    expect(bed.simulator.ledger.activity({ kind: 'connect' })).toMatchObject([{ url: address }]);
    bed.clean();
    await bed.end();
  });
});

describe('methods assigned while shards run', () => {
  it('a heartbeat assigned later is called on the next HELLO and does all the beating', async () => {
    const bed = createVirtualBed({ heartbeatIntervalMs: 5_000, heartbeatTimeoutMs: 60_000, heartbeatSlackMs: 60_000 });
    await bed.ready();
    const { gateway, simulator } = bed;
    const calls: unknown[][] = [];
    gateway.heartbeat = (...call) => void calls.push(call);
    simulator.fault({ kind: 'drop' });
    await bed.until('gone', () => !bed.allReady());
    const beatsBefore = simulator.ledger.activity({ kind: 'heartbeat' }).length;
    await bed.until('back', bed.allReady);
    expect(calls).toEqual([[gateway, 0, 5_000]]);
    await bed.advance(20_000);
    expect(simulator.ledger.activity({ kind: 'heartbeat' })).toHaveLength(beatsBefore);

    gateway.heartbeat = heartbeat;
    simulator.fault({ kind: 'drop' });
    await bed.until('gone again', () => !bed.allReady());
    await bed.until('back again', bed.allReady);
    await bed.advance(10_000);
    expect(simulator.ledger.activity({ kind: 'heartbeat' }).length).toBeGreaterThan(beatsBefore);
    bed.clean();
    await bed.end();
  });

  it('a tellClusterToIdentify assigned after creation starts the shards, and identify gives a promise', async () => {
    const bed = createVirtualBed({ shards: 3, maxConcurrency: 1 });
    const calls: number[][] = [];
    const promises: unknown[] = [];
    const life = bed.start();
    // The bed has called spawnShards already; nothing has been identified yet.
    life.gateway.tellClusterToIdentify = (gateway, workerId, shardId, bucketId) => {
      calls.push([workerId, shardId, bucketId]);
      const promise = gateway.identify(gateway, shardId, gateway.maxShards);
      promises.push(promise);
      return promise;
    };
    await bed.until('ready', bed.allReady);
    expect(calls).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [1, 2, 0],
    ]);
    expect(promises.every((promise) => promise instanceof Promise)).toBe(true);
    expect(life.gateway.identify).toBe(identify);
    bed.clean();
    await bed.end();
  });
});
