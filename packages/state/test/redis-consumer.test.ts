import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createState, type State, type StateOptions } from '../src/index.ts';
import { createRedisStore, type RedisStoreOptions } from '../src/redis/index.ts';
import { redisBed, type RedisBed } from './redis-bed.ts';

/*
 * Reads Redis the way programs written for twilight-dispatch do: by the names and formats of its documentation, with nothing of the package. The example bot of that project lists by `<kind>_keys` and
 * `guild_keys:<guild>`, splits the names at ':', and takes the values as JSON.
 */

const G = '197038439483310086';
const [TEXT, VOICE, DIRECT] = ['381870553235193857', '381870553235193858', '319674150115610528'];
const [ANN, BOB] = ['80351110224678912', '53908232506183680'];
const THREAD = '381870553235199999';

const GUILD = {
  id: G,
  name: 'Ω guild',
  owner_id: ANN,
  joined_at: '2022-12-30T04:03:36.123000+00:00',
  large: false,
  member_count: 2,
  unavailable: false,
  unknown_to_us: { deep: [[], {}, 12345678901234567890n.toString()] },
  channels: [
    { id: TEXT, type: 0, name: 'general', permission_overwrites: [{ id: G, type: 0, allow: '1024', deny: '0' }] },
    { id: VOICE, type: 2, name: 'voice', permission_overwrites: [] },
  ],
  threads: [{ id: THREAD, type: 11, parent_id: TEXT, name: 'thread' }],
  roles: [{ id: G, name: '@everyone', permissions: '1071698660929' }],
  emojis: [{ id: '41771983429993937', name: 'LUL', roles: [] }],
  stickers: [],
  members: [
    { user: { id: ANN, username: 'ann' }, nick: null, roles: [], joined_at: '2020-01-01T00:00:00+00:00', deaf: false },
    { user: { id: BOB, username: 'bob' }, nick: 'b', roles: [G], joined_at: '2020-01-01T00:00:00+00:00', deaf: false },
  ],
  presences: [{ user: { id: ANN }, status: 'online', activities: [], client_status: {} }],
  voice_states: [{ user_id: BOB, channel_id: VOICE, session_id: 's', mute: false }],
  stage_instances: [],
};

let bed: RedisBed;
beforeAll(async () => {
  bed = await redisBed();
});
afterAll(() => bed.end());
beforeEach(async () => {
  await bed.client.command('FLUSHDB');
});

async function running(store: Partial<RedisStoreOptions> = {}, options: Partial<StateOptions> = {}): Promise<State> {
  const state = createState({
    stores: [createRedisStore({ url: bed.url, ...store })],
    kinds: { message: true, presence: true },
    waitMs: 10_000,
    ...options,
  });
  await state.start(state);
  return state;
}

async function send(state: State, t: string, d: object): Promise<unknown> {
  const old = await state.apply(state, { t, d }, { shardId: 0, shardCount: 1, botId: BOB });
  return old === undefined ? undefined : JSON.parse(old);
}

async function get(key: string): Promise<unknown> {
  const text = await bed.client.command('GET', key);
  return text === null ? undefined : JSON.parse(text as string);
}

async function set(key: string): Promise<string[]> {
  return ((await bed.client.command('SMEMBERS', key)) as string[]).toSorted((a, b) => (a < b ? -1 : 1));
}

async function keys(): Promise<string[]> {
  const all = (await bed.client.command('KEYS', '*')) as string[];
  return all.filter((key) => !key.startsWith('shardgate:')).toSorted((a, b) => (a < b ? -1 : 1));
}

describe('a program written for twilight-dispatch', () => {
  test('finds stubs and the bot after READY', async () => {
    const state = await running();
    await send(state, 'READY', { user: { id: BOB, username: 'bot' }, guilds: [{ id: G, unavailable: true }] });
    expect(await get('bot_user')).toEqual({ id: BOB, username: 'bot' });
    expect(await get(`guild:${G}`)).toEqual({ id: G, unavailable: true });
    expect(await keys()).toEqual(['bot_user', `guild:${G}`, 'guild_keys']);
    await state.stop(state);
  });

  test('finds a guild taken apart, its lists empty, and every object under its key', async () => {
    const state = await running();
    await send(state, 'GUILD_CREATE', GUILD);
    const { channels, roles, emojis, voice_states, members, presences, threads, stickers: _, ...own } = GUILD;
    const { stage_instances: __, ...rest } = own;
    const empty = { channels: [], roles: [], emojis: [], voice_states: [], members: [], presences: [] };
    const inside = threads.map((thread) => ({ ...thread, guild_id: G }));
    expect(await get(`guild:${G}`)).toEqual({ ...rest, ...empty, threads: inside });
    expect(await get(`channel:${TEXT}`)).toEqual({ ...channels[0], guild_id: G });
    expect(await get(`role:${G}:${G}`)).toEqual(roles[0]);
    expect(await get(`emoji:${G}:41771983429993937`)).toEqual(emojis[0]);
    expect(await get(`member:${G}:${BOB}`)).toEqual({ ...members[1], guild_id: G });
    expect(await get(`presence:${G}:${ANN}`)).toEqual({ ...presences[0], guild_id: G });
    expect(await get(`voice:${G}:${BOB}`)).toEqual({ ...voice_states[0], guild_id: G });
    await state.stop(state);
  });

  test('finds all keys of a kind and of a guild in the sets', async () => {
    const state = await running();
    await send(state, 'GUILD_CREATE', GUILD);
    await send(state, 'CHANNEL_CREATE', { id: DIRECT, type: 1, recipients: [{ id: ANN }] });
    await send(state, 'MESSAGE_CREATE', {
      id: '900',
      channel_id: TEXT,
      guild_id: G,
      author: { id: ANN },
      content: 'a',
    });
    expect(await set('guild_keys')).toEqual([`guild:${G}`]);
    expect(await set('channel_keys')).toEqual([`channel:${DIRECT}`, `channel:${TEXT}`, `channel:${VOICE}`]);
    expect(await set('role_keys')).toEqual([`role:${G}:${G}`]);
    expect(await set('emoji_keys')).toEqual([`emoji:${G}:41771983429993937`]);
    expect(await set('member_keys')).toEqual([`member:${G}:${BOB}`, `member:${G}:${ANN}`]);
    expect(await set('presence_keys')).toEqual([`presence:${G}:${ANN}`]);
    expect(await set('voice_keys')).toEqual([`voice:${G}:${BOB}`]);
    expect(await set('message_keys')).toEqual([`message:${TEXT}:900`]);
    expect(await set(`channel_keys:${TEXT}`)).toEqual([`message:${TEXT}:900`]);
    expect(await set(`guild_keys:${G}`)).toEqual(
      [
        `channel:${TEXT}`,
        `channel:${VOICE}`,
        `emoji:${G}:41771983429993937`,
        `member:${G}:${ANN}`,
        `member:${G}:${BOB}`,
        `presence:${G}:${ANN}`,
        `role:${G}:${G}`,
        // The one kind that this guild has and that program does not know.
        `thread:${THREAD}`,
        `voice:${G}:${BOB}`,
      ].toSorted((a, b) => (a < b ? -1 : 1)),
    );
    await state.stop(state);
  });

  test('gets the old object of every event that has one, guild channels and pins included, and a list for bulk deletes', async () => {
    const state = await running();
    await send(state, 'GUILD_CREATE', GUILD);
    const channel = { ...GUILD.channels[0], guild_id: G };
    expect(
      await send(state, 'CHANNEL_PINS_UPDATE', { guild_id: G, channel_id: TEXT, last_pin_timestamp: 'now' }),
    ).toEqual(channel);
    expect(await get(`channel:${TEXT}`)).toEqual({ ...channel, last_pin_timestamp: 'now' });
    expect(await send(state, 'CHANNEL_UPDATE', { ...channel, name: 'new' })).toMatchObject({ name: 'general' });
    const message = { id: '900', channel_id: TEXT, guild_id: G, author: { id: ANN }, content: 'a' };
    await send(state, 'MESSAGE_CREATE', message);
    expect(await send(state, 'MESSAGE_UPDATE', { id: '900', channel_id: TEXT, content: 'b' })).toEqual(message);
    const bulk = { ids: ['900', '901'], channel_id: TEXT, guild_id: G };
    expect(await send(state, 'MESSAGE_DELETE_BULK', bulk)).toEqual([{ ...message, content: 'b' }]);
    expect(await send(state, 'MESSAGE_DELETE_BULK', bulk)).toEqual([]);
    expect(await send(state, 'GUILD_UPDATE', { id: G, name: 'renamed' })).toMatchObject({
      name: 'Ω guild',
      large: false,
    });
    // Nothing that GUILD_UPDATE does not have goes with it.
    expect(await get(`guild:${G}`)).toMatchObject({ name: 'renamed', joined_at: GUILD.joined_at, channels: [] });
    await state.stop(state);
  });

  test('sees members and messages that it would not have seen: those that are updated before they are known, in all their fields', async () => {
    const state = await running();
    await send(state, 'GUILD_CREATE', { ...GUILD, members: [], member_count: 5 });
    const member = { guild_id: G, user: { id: '5' }, roles: [], mute: true, communication_disabled_until: 'then' };
    expect(await send(state, 'GUILD_MEMBER_UPDATE', member)).toBeUndefined();
    expect(await get(`member:${G}:5`)).toEqual(member);
    await send(state, 'GUILD_MEMBER_UPDATE', { guild_id: G, user: { id: '5' }, mute: false, avatar: 'x', flags: 9 });
    expect(await get(`member:${G}:5`)).toEqual({ ...member, mute: false, avatar: 'x', flags: 9 });
    await state.stop(state);
  });

  test('keeps an unavailable guild, and after the leave finds nothing: no key, no entry in a set', async () => {
    const state = await running({}, { ttlMs: { member: 60_000, message: 60_000 } });
    await send(state, 'GUILD_CREATE', GUILD);
    await send(state, 'MESSAGE_CREATE', {
      id: '900',
      channel_id: TEXT,
      guild_id: G,
      author: { id: ANN },
      content: 'a',
    });
    await send(state, 'MESSAGE_CREATE', {
      id: '7',
      channel_id: '12345',
      guild_id: G,
      author: { id: ANN },
      content: 'b',
    });
    expect(await send(state, 'GUILD_DELETE', { id: G, unavailable: true })).toMatchObject({ unavailable: false });
    expect(await get(`guild:${G}`)).toMatchObject({ unavailable: true, name: 'Ω guild' });
    expect(await set('member_keys')).toHaveLength(2);
    await send(state, 'CHANNEL_DELETE', { id: TEXT, guild_id: G });
    expect(await get(`message:${TEXT}:900`)).toBeUndefined();
    expect(await set(`guild_keys:${G}`)).not.toContain(`channel:${TEXT}`);
    expect(await send(state, 'GUILD_DELETE', { id: G })).toMatchObject({ unavailable: true });
    expect(await keys()).toEqual([]);
    await state.stop(state);
  });

  test('guilds that were left while the process was away are gone after READY', async () => {
    const state = await running();
    await send(state, 'GUILD_CREATE', GUILD);
    await state.stop(state);
    const again = await running();
    await send(again, 'READY', { user: { id: BOB }, guilds: [{ id: '5', unavailable: true }] });
    expect(await keys()).toEqual(['bot_user', 'guild:5', 'guild_keys']);
    await again.stop(again);
  });

  test('finds the guilds of two processes, of which each has its own shard', async () => {
    const guilds = [8n, 9n, 10n, 11n].map((n) => String((n << 22n) + 1n));
    const processes = [await running(), await running()];
    const from = (shardId: number) => ({ shardId, shardCount: 2, botId: BOB });
    const ready = (some: readonly string[]) => ({
      t: 'READY',
      d: { user: { id: BOB }, guilds: some.map((id) => ({ id, unavailable: true })) },
    });
    await Promise.all(
      processes.map((state, shard) =>
        Promise.resolve(state.apply(state, ready(guilds.filter((_, index) => index % 2 === shard)), from(shard))),
      ),
    );
    expect(await set('guild_keys')).toHaveLength(4);
    // The one shard's READY says nothing about the other's guilds.
    const [first] = processes;
    await first?.apply(first, ready([guilds[2] ?? '']), from(0));
    expect(await set('guild_keys')).toEqual([guilds[1], guilds[2], guilds[3]].map((id) => `guild:${id}`).toSorted());
    for (const state of processes) await state.stop(state);
  });

  test('channels can have the older names, or both', async () => {
    const older = await running({ channelKeys: 'byGuild' });
    await send(older, 'GUILD_CREATE', GUILD);
    await send(older, 'CHANNEL_CREATE', { id: DIRECT, type: 1 });
    expect(await get(`channel:${G}:${TEXT}`)).toMatchObject({ name: 'general', guild_id: G });
    expect(await get(`channel:${TEXT}`)).toBeUndefined();
    expect(await set('channel_keys')).toEqual(
      [`channel:${G}:${TEXT}`, `channel:${G}:${VOICE}`, `channel:${DIRECT}`].toSorted(),
    );
    await older.stop(older);
    // Another layout finds what is there, and nothing of the older one stays.
    const both = await running({ channelKeys: 'both' });
    expect(await get(`channel:${TEXT}`)).toEqual(await get(`channel:${G}:${TEXT}`));
    expect(await send(both, 'CHANNEL_UPDATE', { id: TEXT, guild_id: G, name: 'x' })).toMatchObject({ name: 'general' });
    expect(await get(`channel:${G}:${TEXT}`)).toMatchObject({ name: 'x' });
    expect(await get(`channel:${TEXT}`)).toMatchObject({ name: 'x' });
    expect(await set('channel_keys')).toHaveLength(3);
    await both.stop(both);
    const flat = await running();
    expect((await keys()).filter((key) => key.startsWith(`channel:${G}`))).toEqual([]);
    await send(flat, 'GUILD_DELETE', { id: G });
    expect(await keys()).toEqual([`channel:${DIRECT}`, 'channel_keys']);
    await flat.stop(flat);
  });
});

describe('objects with a time to live', () => {
  const message = { id: '900', channel_id: TEXT, guild_id: G, author: { id: ANN }, content: 'a' };

  test('have the time of their end in expiry_keys, and are gone from everywhere then', async () => {
    const state = await running({}, { ttlMs: { message: 2_000 } });
    const before = Date.now();
    await send(state, 'MESSAGE_CREATE', message);
    const text = String(await bed.client.command('HGET', 'expiry_keys', `message:${TEXT}:900`));
    expect(text).toMatch(/^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}"$/);
    const deadline = Date.parse(`${String(JSON.parse(text))}Z`);
    expect(deadline).toBeGreaterThanOrEqual(before + 2_000);
    expect(deadline).toBeLessThan(Date.now() + 2_001);
    // Nobody writes or reads: the store's own clock does it.
    await expect.poll(keys, { timeout: 15_000 }).toEqual([]);
    expect(await bed.client.command('EXISTS', 'shardgate:expiry', 'expiry_keys')).toBe(0);
    await state.stop(state);
  });

  test('expire by Redis itself where that is wanted', async () => {
    const state = await running({ nativeExpiry: true }, { ttlMs: { message: 60_000 } });
    await send(state, 'MESSAGE_CREATE', message);
    const left = Number(await bed.client.command('PTTL', `message:${TEXT}:900`));
    expect(left).toBeGreaterThan(50_000);
    expect(left).toBeLessThanOrEqual(60_000);
    expect(await bed.client.command('EXISTS', 'expiry_keys')).toBe(0);
    await send(state, 'MESSAGE_UPDATE', { id: '900', channel_id: TEXT, content: 'b' });
    expect(Number(await bed.client.command('PTTL', `message:${TEXT}:900`))).toBeGreaterThan(50_000);
    await state.stop(state);
    const short = await running({ nativeExpiry: true }, { ttlMs: { message: 200 } });
    await send(short, 'MESSAGE_CREATE', message);
    await expect.poll(keys, { timeout: 5_000 }).toEqual([]);
    await short.stop(short);
  });
});

test("what twilight-dispatch left is taken over: old objects are told, and a guild's leave removes everything", async () => {
  const values: Record<string, object> = {
    [`guild:${G}`]: {
      id: G,
      name: 'a',
      channels: [],
      roles: [],
      emojis: [],
      voice_states: [],
      members: [],
      presences: [],
    },
    [`channel:${TEXT}`]: { id: TEXT, guild_id: G, name: 'general' },
    [`role:${G}:1`]: { id: '1', name: 'r' },
    [`member:${G}:${ANN}`]: { guild_id: G, user: { id: ANN } },
    [`message:${TEXT}:900`]: { id: '900', channel_id: TEXT, guild_id: G, content: 'a' },
  };
  for (const [key, value] of Object.entries(values)) {
    const [kind = ''] = key.split(':');
    await bed.client.command('SET', key, JSON.stringify(value));
    await bed.client.command('SADD', `${kind}_keys`, key);
    if (kind !== 'guild' && kind !== 'message') await bed.client.command('SADD', `guild_keys:${G}`, key);
  }
  await bed.client.command('SADD', `channel_keys:${TEXT}`, `message:${TEXT}:900`);
  await bed.client.command('HSET', 'expiry_keys', `message:${TEXT}:900`, '"2022-12-30T04:03:36.123456789"');
  const state = await running({}, { ttlMs: { message: 60_000 } });
  expect(await send(state, 'GUILD_ROLE_UPDATE', { guild_id: G, role: { id: '1', name: 's' } })).toEqual({
    id: '1',
    name: 'r',
  });
  expect(await send(state, 'MESSAGE_UPDATE', { id: '900', channel_id: TEXT, content: 'b' })).toMatchObject({
    content: 'a',
  });
  expect(await send(state, 'GUILD_DELETE', { id: G })).toEqual({ id: G, name: 'a' });
  expect(await keys()).toEqual([]);
  await state.stop(state);
});
