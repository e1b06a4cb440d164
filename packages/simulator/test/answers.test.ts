import { describe, expect, it } from 'vitest';
import { ALL_INTENTS, Intent } from '../src/index.ts';
import type { SimulatorOptions } from '../src/index.ts';
import { BASE_INTENTS, createBed, sessionOf } from './bed.ts';
import type { Bed, TestClient } from './bed.ts';

/** A client in one of the three states of the table "answers by state". */
const STATES = {
  new: (bed: Bed): TestClient => {
    const client = bed.connect();
    bed.until(() => client.op(10));
    return client;
  },
  answering: (bed: Bed): TestClient => {
    bed.simulator.fault({ kind: 'withhold-ready' });
    const client = STATES.new(bed);
    client.identify();
    bed.clock.advance(20);
    return client;
  },
  ready: (bed: Bed): TestClient => bed.ready(),
} as const;

type State = keyof typeof STATES;
const ALL_STATES = Object.keys(STATES) as State[];

function closeCode(
  state: State,
  send: (client: TestClient) => void,
  options: SimulatorOptions = {},
): number | undefined {
  const bed = createBed(options);
  const client = STATES[state](bed);
  send(client);
  bed.clock.advance(1_000);
  return client.closes[0]?.code;
}

const guildId = '1180135200000000000';
const valid: Record<string, unknown> = {
  'op 3': { op: 3, d: { since: null, activities: [], status: 'online', afk: false } },
  'op 4': { op: 4, d: { guild_id: guildId, channel_id: null, self_mute: false, self_deaf: false } },
  'op 8': { op: 8, d: { guild_id: guildId, query: '', limit: 0 } },
  'op 31': { op: 31, d: { guild_ids: [guildId] } },
  'op 43': { op: 43, d: { guild_id: guildId, fields: ['status'] } },
};

describe('answers by state', () => {
  it.each(ALL_STATES)('a heartbeat is acknowledged when %s', (state) => {
    const bed = createBed();
    const client = STATES[state](bed);
    client.beat();
    bed.clock.advance(100);
    expect(client.op(11)).toEqual({ t: null, s: null, op: 11, d: null });
    expect(client.closes).toEqual([]);
  });

  it.each(['answering', 'ready'] as const)('IDENTIFY and RESUME close with 4005 when %s', (state) => {
    expect(closeCode(state, (client) => client.identify())).toBe(4005);
    expect(closeCode(state, (client) => client.resume('f'.repeat(32), 1))).toBe(4005);
  });

  it.each(Object.entries(valid))('%s closes with 4003 before READY and is handled after it', (_name, payload) => {
    expect(closeCode('new', (client) => client.send(payload))).toBe(4003);
    expect(closeCode('answering', (client) => client.send(payload))).toBe(4003);
    expect(closeCode('ready', (client) => client.send(payload))).toBeUndefined();
  });

  it.each(ALL_STATES)('an unknown op or a wrong shape closes with 4001 when %s', (state) => {
    const wrong: unknown[] = [
      { op: 5, d: null },
      { op: 0, d: {} },
      { op: 10, d: {} },
      { op: 99, d: null },
      { op: 1, d: 'seven' },
      { op: 1, d: -1 },
      { op: 1 },
      { op: 2, d: null },
      { op: 2, d: { token: 'a', properties: {} } },
      { op: 2, d: { token: 5, properties: {}, intents: 1 } },
      { op: 2, d: { token: 'a', properties: {}, intents: 1, shard: [0] } },
      { op: 2, d: { token: 'a', properties: {}, intents: 1, large_threshold: 20 } },
      { op: 2, d: { token: 'a', properties: {}, intents: 1, presence: { status: 'away' } } },
      { op: 6, d: { token: 'a', session_id: 'b' } },
      { op: 6, d: { token: 'a', session_id: 'b', seq: null } },
      { op: 3, d: { since: null, activities: null, status: 'online', afk: false } },
      { op: 4, d: { guild_id: 5, channel_id: null, self_mute: false, self_deaf: false } },
      { op: 8, d: { guild_id: guildId } },
      { op: 8, d: { guild_id: guildId, query: '' } },
      { op: 8, d: { guild_id: guildId, user_ids: Array.from({ length: 101 }, () => guildId) } },
      { op: 31, d: { guild_ids: guildId } },
      { op: 43, d: { guild_id: guildId } },
    ];
    for (const payload of wrong)
      expect([payload, closeCode(state, (client) => client.send(payload))]).toEqual([payload, 4001]);
  });

  it.each(ALL_STATES)('what cannot be read, or is too long, closes with 4002 when %s', (state) => {
    const frames: (string | Uint8Array)[] = [
      '',
      'not json',
      '{"op":1',
      '[1]',
      '"1"',
      'null',
      '{"op":"1","d":null}',
      '{"op":1.5,"d":null}',
      JSON.stringify({ op: 1, d: null, pad: 'x'.repeat(4_096) }),
      Buffer.from('{"op":1,"d":null}'),
      Buffer.from([0x78, 0x9c, 1, 2]),
    ];
    for (const frame of frames)
      expect([frame, closeCode(state, (client) => client.socket.send(frame))]).toEqual([frame, 4002]);
  });

  it('4,096 bytes are allowed and are counted as bytes, not as characters', () => {
    const pad = (bytes: number, letter: string): string => {
      const empty = JSON.stringify({ op: 1, d: null, pad: '' });
      return JSON.stringify({ op: 1, d: null, pad: letter.repeat((bytes - empty.length) / Buffer.byteLength(letter)) });
    };
    expect(Buffer.byteLength(pad(4_096, 'x'))).toBe(4_096);
    expect(closeCode('ready', (client) => client.socket.send(pad(4_096, 'x')))).toBeUndefined();
    expect(closeCode('ready', (client) => client.socket.send(pad(4_400, '€')))).toBe(4002);
  });

  it.each(ALL_STATES)('the 121st payload in 60 s closes with 4008 when %s', (state) => {
    const before = { new: 0, answering: 1, ready: 1 }[state];
    const flood = (count: number) => (client: TestClient) => {
      for (let sent = 0; sent < count; sent += 1) client.beat(null);
    };
    expect(closeCode(state, flood(120 - before))).toBeUndefined();
    expect(closeCode(state, flood(121 - before))).toBe(4008);
  });

  it('sends are counted over any 60 s, and anew on each connection', () => {
    const bed = createBed({ heartbeatTimeoutMs: 200_000 });
    const client = bed.connect({ beats: false });
    bed.until(() => client.op(10));
    client.identify();
    bed.until(() => client.dispatch('READY'));
    for (let sent = 0; sent < 119; sent += 1) client.beat();
    bed.clock.advance(59_000);
    expect(client.closes).toEqual([]);
    bed.clock.advance(2_000);
    for (let sent = 0; sent < 118; sent += 1) client.beat();
    bed.clock.advance(10);
    expect(client.closes).toEqual([]);
    for (let sent = 0; sent < 3; sent += 1) client.beat();
    bed.clock.advance(100);
    expect(client.closes[0]?.code).toBe(4008);
    const next = bed.resuming(sessionOf(client), client.seq);
    for (let sent = 0; sent < 100; sent += 1) next.beat(null);
    bed.clock.advance(100);
    expect(next.closes).toEqual([]);
  });
});

describe('IDENTIFY', () => {
  it('is answered by READY with the shard, its guilds and the resume URL, after a delay', () => {
    const bed = createBed({ guilds: 8, readyDelayMs: 700 });
    const client = STATES.new(bed);
    const sentAt = bed.clock.now();
    client.identify({ shard: [1, 4] });
    bed.until(() => client.dispatch('READY'));
    expect(bed.clock.now() - sentAt).toBeGreaterThan(700);
    expect(client.received[1]).toMatchObject({
      op: 0,
      s: 1,
      t: 'READY',
      d: {
        v: 10,
        shard: [1, 4],
        resume_gateway_url: bed.simulator.addresses.resume,
        guilds: bed.simulator.guilds.ids({ shardId: 1, shardCount: 4 }).map((id) => ({ id, unavailable: true })),
      },
    });
    expect(sessionOf(client)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('takes the token with and without "Bot "', () => {
    for (const token of ['secret', 'Bot secret']) {
      const bed = createBed({ token: 'Bot secret' });
      expect(bed.ready({ token }).dispatch('READY')).toBeDefined();
    }
  });

  it.each<[code: number, why: string, data: object, options: SimulatorOptions]>([
    [4004, 'a wrong token', { token: 'other' }, { token: 'right' }],
    [4004, 'an empty token', { token: 'Bot ' }, {}],
    [4010, 'a shard id that is too high', { shard: [4, 4] }, {}],
    [4010, 'a negative shard id', { shard: [-1, 4] }, {}],
    [4010, 'a shard count that is no multiple of the required one', { shard: [0, 24] }, { requiredShardMultiple: 16 }],
    [4011, 'too many guilds on the shard', { shard: [0, 2] }, { guilds: 21, maxGuildsPerSession: 10 }],
    [4011, 'no shard with as many guilds as one session may hold', { shard: undefined }, { guilds: 2_500 }],
    [4013, 'an intent that does not exist', { intents: 1 << 17 }, {}],
    [4013, 'an intent above all', { intents: 2 ** 40 }, {}],
    [
      4014,
      'a privileged intent that is not enabled',
      { intents: Intent.guildPresences },
      { privilegedIntents: Intent.messageContent },
    ],
  ])('%i answers %s', (code, _why, data, options) => {
    expect(closeCode('new', (client) => client.identify(data), options)).toBe(code);
  });

  it('without a shard works below 2,500 guilds, and READY has no shard then', () => {
    const bed = createBed({ guilds: 3 });
    const client = STATES.new(bed);
    client.identify({ shard: undefined });
    bed.until(() => client.dispatch('READY'));
    expect(client.dispatch('READY')?.d).not.toHaveProperty('shard');
  });

  it('exactly 2,500 guilds on a shard are allowed', () => {
    const bed = createBed({ guilds: 2_500 });
    expect(bed.ready({ shard: [0, 1] }).dispatch('READY')?.d.guilds.length).toBe(2_500);
  });

  it('within 5 s of its bucket is answered by op 9, two to five seconds later, and the connection may try again', () => {
    const bed = createBed({ maxConcurrency: 2 });
    bed.ready({ shard: [0, 4] });
    const client = STATES.new(bed);
    const sentAt = bed.clock.now();
    client.identify({ shard: [2, 4] });
    bed.until(() => client.op(9));
    expect(client.op(9)).toEqual({ t: null, s: null, op: 9, d: false });
    expect(bed.clock.now() - sentAt).toBeGreaterThan(2_000);
    expect(bed.clock.now() - sentAt).toBeLessThan(5_010);
    bed.clock.advance(3_000);
    client.identify({ shard: [2, 4] });
    bed.until(() => client.dispatch('READY'));
    expect(bed.kinds()).toEqual(['identify-too-early']);
  });

  it('of other buckets may come together', () => {
    const bed = createBed({ maxConcurrency: 2 });
    bed.ready({ shard: [0, 4] });
    bed.ready({ shard: [1, 4] });
    expect(bed.kinds()).toEqual([]);
  });

  it('spends the daily budget; over it, every session ends with 4004, also those without connection', () => {
    const bed = createBed({ identifyRemaining: 2, identifyBucketMs: 0 });
    const first = bed.ready({ shard: [0, 3] });
    const second = bed.ready({ shard: [1, 3] });
    second.socket.terminate();
    bed.clock.advance(10);
    const third = STATES.new(bed);
    third.identify({ shard: [2, 3] });
    bed.clock.advance(1_000);
    expect([first.closes[0]?.code, third.closes[0]?.code]).toEqual([4004, 4004]);
    expect(bed.simulator.state().sessions).toEqual([]);
    expect(bed.kinds()).toEqual(['identify-over-budget']);
    const fourth = STATES.new(bed);
    fourth.identify();
    bed.clock.advance(100);
    expect(fourth.closes[0]?.code).toBe(4004);
    bed.simulator.acceptToken();
    bed.simulator.setIdentifyRemaining(5);
    expect(bed.ready().dispatch('READY')).toBeDefined();
  });

  it('with all intents and many guilds gets every guild of its shard, READY first', () => {
    const bed = createBed({ guilds: 300, guildsPerSecond: 1_000 });
    const client = bed.ready({ shard: [1, 3], intents: ALL_INTENTS });
    bed.until(() => client.dispatches().length === 101);
    const ids = client
      .dispatches()
      .slice(1)
      .map(({ d }) => d.id as string);
    expect(ids).toEqual(bed.simulator.guilds.ids({ shardId: 1, shardCount: 3 }));
    expect(client.dispatches().map(({ s }) => s)).toEqual(Array.from({ length: 101 }, (_, index) => index + 1));
  });

  it('without GUILDS gets no guild', () => {
    const bed = createBed();
    const client = bed.ready({ intents: BASE_INTENTS & ~Intent.guilds });
    bed.clock.advance(1_000);
    expect(client.dispatches().map(({ t }) => t)).toEqual(['READY']);
  });
});

describe('connecting', () => {
  it('HELLO comes at once with the usual interval and a trace', () => {
    const bed = createBed();
    const client = STATES.new(bed);
    expect(client.received).toEqual([
      { t: null, s: null, op: 10, d: { heartbeat_interval: 41_250, _trace: [expect.any(String)] } },
    ]);
  });

  it('the nulls of HELLO and ACK can be left out', () => {
    const bed = createBed({ nullEnvelope: false });
    const client = STATES.new(bed);
    client.beat();
    bed.until(() => client.op(11));
    expect(client.received.map((payload) => Object.keys(payload))).toEqual([
      ['op', 'd'],
      ['op', 'd'],
    ]);
  });

  it.each(['/?v=5&encoding=json', '/?v=11&encoding=json', '/?v=10&encoding=xml', '/?v=10&encoding=json&compress=gzip'])(
    '%s closes with 4012',
    (query) => {
      const bed = createBed();
      const client = bed.connect({ query });
      bed.clock.advance(100);
      expect(client.closes[0]?.code).toBe(4012);
    },
  );

  it('an address that is not ours is an error like an unknown host', () => {
    const bed = createBed();
    const client = bed.connect({ url: 'wss://elsewhere.example' });
    bed.clock.advance(100);
    expect(client.errors[0]?.code).toBe('ENOTFOUND');
    expect(client.closes).toEqual([{ code: 1006, reason: '' }]);
  });

  it('silence closes with 4009 after two intervals, and the session can be resumed', () => {
    const bed = createBed({ heartbeatIntervalMs: 1_000 });
    const client = bed.connect({ beats: false });
    bed.until(() => client.op(10));
    client.identify();
    bed.until(() => client.closes.length > 0);
    expect(client.closes[0]?.code).toBe(4009);
    const next = bed.resuming(sessionOf(client), client.seq);
    bed.until(() => next.dispatch('RESUMED'));
  });
});
