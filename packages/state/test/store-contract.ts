import { createVirtualClock, type VirtualClock } from '@shardgate/simulator';
import { afterEach, describe, expect, test } from 'vitest';
import {
  ENTITY_KINDS,
  guildRef,
  messageRef,
  ownedRef,
  userRef,
  type ListQuery,
  type Operation,
  type Store,
  type StorePolicy,
} from '../src/index.ts';
import {
  C,
  D,
  G,
  H,
  ids,
  merge,
  parsed,
  put,
  putAll,
  read,
  refOfKind,
  remove,
  replaceAll,
  told,
  values,
} from './store-operations.ts';

/** How a store is made for a test. */
export interface StoreUnderTest {
  /** A new one that has not been opened, over an empty place. */
  readonly make: () => Promise<Store>;
  /** The same place after the store was closed; undefined where nothing outlives the process. */
  readonly reopen?: () => Promise<Store>;
  /** Removes the place. */
  readonly dispose?: () => Promise<void>;
  /** Whether objects are gone when the clock of the context says so. A store that leaves it to a server does not go by that clock. */
  readonly expiresByClock: boolean;
}

/** What every store must do. `prepare` gives a new, empty place. Objects are compared as JSON, since a database may write it in its own way. */
export function testStore(name: string, prepare: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of a store`, () => {
    const endings: (() => Promise<unknown>)[] = [];
    afterEach(async () => {
      for (const end of endings.splice(0).toReversed()) await end();
    });

    async function opened(policy: Partial<StorePolicy> = {}): Promise<Opened> {
      const place = await prepare();
      const clock = createVirtualClock();
      const context = { ttlMs: {}, messagesPerChannel: undefined, ...policy, clock };
      const store = await place.make();
      await store.open(context);
      let current = store;
      endings.push(async () => {
        await current.close();
        await place.dispose?.();
      });
      const reopen = async (): Promise<Store | undefined> => {
        if (place.reopen === undefined) return undefined;
        await current.close();
        current = await place.reopen();
        await current.open(context);
        return current;
      };
      return { store, clock, reopen, expiresByClock: place.expiresByClock };
    }

    test('an empty store has nothing', async () => {
      const { store } = await opened();
      expect(await store.get(guildRef(G))).toBeUndefined();
      expect(await store.list({ kind: 'member' })).toEqual([]);
      expect(Object.values(await store.counts())).toEqual(ENTITY_KINDS.map(() => 0));
      expect(store.status().isReady).toBe(true);
    });

    test('an object of every kind is read as it was put, with members nobody knows and text of every script', async () => {
      const { store } = await opened();
      const value = {
        id: '1',
        guild_id: G,
        odd: 'ÿ“Ω😀\\"\n\u2028',
        deep: { list: [1, -2.5, null, [], {}] },
        __proto: 1,
      };
      const refs = ENTITY_KINDS.map(refOfKind);
      await store.apply(refs.map((ref) => put(ref, value)));
      expect(await read(store, refs)).toEqual(refs.map(() => value));
      for (const ref of refs) expect(parsed(await store.get(ref))).toEqual(value);
      expect(Object.values(await store.counts())).toEqual(ENTITY_KINDS.map(() => 1));
    });

    test('channels, threads and messages are found without naming the guild', async () => {
      const { store } = await opened();
      await store.apply([
        put(ownedRef('channel', G, C), { id: C }),
        put(ownedRef('thread', G, D), { id: D }),
        put(messageRef(C, '5', G), { id: '5' }),
      ]);
      const refs = [ownedRef('channel', null, C), ownedRef('thread', null, D), messageRef(C, '5', null)];
      expect(await read(store, refs)).toEqual([{ id: C }, { id: D }, { id: '5' }]);
    });

    test('an operation that tells the old object gives what it replaced, one entry for each operation', async () => {
      const { store } = await opened();
      const role = ownedRef('role', G, '7');
      const first = await store.apply([
        { ...put(role, { id: '7', v: 1 }), tellOld: true },
        put(ownedRef('role', G, '8'), { id: '8' }),
      ]);
      expect(told(first)).toEqual([undefined, undefined]);
      const second = await store.apply([
        put(ownedRef('role', G, '8'), { id: '8' }),
        { ...put(role, { id: '7', v: 2 }), tellOld: true },
        { ...put(role, { id: '7', v: 3 }), tellOld: true },
        remove(role),
        remove(role),
      ]);
      expect(told(second)).toEqual([undefined, { id: '7', v: 1 }, { id: '7', v: 2 }, { id: '7', v: 3 }, undefined]);
      expect(await store.get(role)).toBeUndefined();
    });

    test('put with ifAbsent leaves what is there', async () => {
      const { store } = await opened();
      const stub = { ...put(guildRef(G), { id: G, unavailable: true }), ifAbsent: true };
      await store.apply([stub]);
      expect(parsed(await store.get(guildRef(G)))).toEqual({ id: G, unavailable: true });
      await store.apply([put(guildRef(G), { id: G, name: 'a' }), stub]);
      expect(parsed(await store.get(guildRef(G)))).toEqual({ id: G, name: 'a' });
    });

    test('merge replaces whole members, removes undefined ones and keeps the rest', async () => {
      const { store } = await opened();
      const ref = ownedRef('member', G, '1');
      await store.apply([put(ref, { nick: 'a', roles: ['1', '2'], user: { id: '1', bot: true }, gone: 1 })]);
      const fields = { nick: null, roles: [], user: { id: '1' }, gone: undefined };
      const replaced = await store.apply([{ ...merge(ref, fields), tellOld: true }]);
      expect(told(replaced)).toEqual([{ nick: 'a', roles: ['1', '2'], user: { id: '1', bot: true }, gone: 1 }]);
      expect(parsed(await store.get(ref))).toEqual({ nick: null, roles: [], user: { id: '1' } });
    });

    test('merge creates only where it is asked to', async () => {
      const { store } = await opened();
      const [one, other] = [ownedRef('member', G, '1'), ownedRef('member', G, '2')];
      const replaced = await store.apply([
        { ...merge(one, { nick: 'a' }), tellOld: true },
        { ...merge(other, { nick: 'b', gone: undefined }), createIfAbsent: true, tellOld: true },
      ]);
      expect(told(replaced)).toEqual([undefined, undefined]);
      expect(await read(store, [one, other])).toEqual([undefined, { nick: 'b' }]);
    });

    test('putAll writes its entries, keeps the rest and tells those that were there', async () => {
      const { store } = await opened();
      await store.apply([putAll('member', G, { 1: 'a', 2: 'b' }), putAll('member', H, { 1: 'other' })]);
      const replaced = await store.apply([{ ...putAll('member', G, { 2: 'c', 3: 'd' }), tellOld: true }]);
      expect(told(replaced)).toEqual([[{ v: 'b' }]]);
      expect(await values(store, { kind: 'member', guildId: G })).toEqual({ 1: 'a', 2: 'c', 3: 'd' });
      expect(await values(store, { kind: 'member', guildId: H })).toEqual({ 1: 'other' });
    });

    test('replaceAll makes the list of one guild exactly what it says and tells all that was in it', async () => {
      const { store } = await opened();
      await store.apply([putAll('emoji', G, { 1: 'a', 2: 'b' }), putAll('emoji', H, { 9: 'other' })]);
      await store.apply([putAll('sticker', G, { 1: 'not an emoji' })]);
      const replaced = await store.apply([{ ...replaceAll('emoji', G, { 2: 'c', 3: 'd' }), tellOld: true }]);
      expect(new Set(told(replaced)[0] as unknown[])).toEqual(new Set([{ v: 'a' }, { v: 'b' }]));
      expect(await values(store, { kind: 'emoji', guildId: G })).toEqual({ 2: 'c', 3: 'd' });
      expect(await values(store, { kind: 'emoji', guildId: H })).toEqual({ 9: 'other' });
      expect(await values(store, { kind: 'sticker', guildId: G })).toEqual({ 1: 'not an emoji' });
      expect(told(await store.apply([{ ...replaceAll('emoji', G, {}), tellOld: true }]))[0]).toHaveLength(2);
      expect(await values(store, { kind: 'emoji', guildId: G })).toEqual({});
    });

    test('replaceAll of channels forgets where the vanished one was', async () => {
      const { store } = await opened();
      await store.apply([putAll('channel', G, { [C]: 'a', [D]: 'b' })]);
      await store.apply([replaceAll('channel', G, { [D]: 'c' })]);
      expect(await read(store, [ownedRef('channel', null, C), ownedRef('channel', null, D)])).toEqual([
        undefined,
        { v: 'c' },
      ]);
    });

    test('replaceAll of threads can be limited to those of some channels', async () => {
      const { store } = await opened();
      const thread = (id: string, parent: string): Operation =>
        put(ownedRef('thread', G, id), { id, parent_id: parent });
      await store.apply([thread('1', C), thread('2', C), thread('3', D)]);
      const entries = [{ id: '2', value: JSON.stringify({ id: '2', parent_id: C, new: true }) }];
      const [replaced] = told(
        await store.apply([{ op: 'replaceAll', kind: 'thread', guildId: G, entries, parentIds: [C], tellOld: true }]),
      );
      expect(new Set(replaced as unknown[])).toEqual(
        new Set([
          { id: '1', parent_id: C },
          { id: '2', parent_id: C },
        ]),
      );
      expect((await store.list({ kind: 'thread', guildId: G })).map(({ value }) => parsed(value))).toHaveLength(2);
      expect(await read(store, [ownedRef('thread', G, '2'), ownedRef('thread', G, '3')])).toEqual([
        { id: '2', parent_id: C, new: true },
        { id: '3', parent_id: D },
      ]);
    });

    test('of what has one id in many guilds a limit gives so many that are there', async () => {
      const { store } = await opened();
      const guilds = [G, H, C, D, '5', '6'];
      const has = [H, D, '6'];
      await store.apply(guilds.map((guildId) => put(guildRef(guildId), {})));
      await store.apply(has.map((guildId) => put(ownedRef('member', guildId, '80'), { v: guildId })));
      const guildsOf = async (query: Partial<ListQuery>): Promise<unknown[]> =>
        (await store.list({ kind: 'member', id: '80', ...query })).map(({ ref }) => ref.guildId);
      expect(new Set(await guildsOf({}))).toEqual(new Set(has));
      for (const limit of [1, 2, 3]) expect(await guildsOf({ limit })).toHaveLength(limit);
      expect(await guildsOf({ limit: 0 })).toEqual([]);
      expect(await guildsOf({ limit: 2, after: '80' })).toEqual([]);
      expect(await guildsOf({ limit: 3, after: '79' })).toHaveLength(3);
    });

    test('clearGuild of no guild leaves what is in guilds, and the user', async () => {
      const { store } = await opened();
      const direct = { kind: 'channel', id: D, guildId: null, channelId: null } as const;
      const stays = [guildRef(G), ownedRef('channel', G, C), messageRef(C, '1', G), userRef('1')];
      const goes = [direct, messageRef(D, '2', null), messageRef('9', '3', null)];
      await store.apply([...stays, ...goes].map((ref) => put(ref, { v: ref.id })));
      await store.apply([{ op: 'clearGuild', guildId: null }]);
      expect(await read(store, goes)).toEqual(goes.map(() => undefined));
      expect(await store.list({ kind: 'channel', guildId: null })).toEqual([]);
      expect(await read(store, stays)).toEqual(stays.map(({ id }) => ({ v: id })));
      expect(await store.counts()).toMatchObject({ guild: 1, channel: 1, message: 1, user: 1 });
      await store.apply([put(direct, { v: 'again' })]);
      expect(await ids(store, { kind: 'channel', guildId: null })).toEqual([D]);
    });

    test('clearGuild leaves nothing of the guild and everything of the others', async () => {
      const { store } = await opened();
      await store.apply(ENTITY_KINDS.map((kind) => put(refOfKind(kind), { id: '1' })));
      await store.apply([
        put(guildRef(H), { id: H }),
        put(ownedRef('channel', H, '777'), { id: '777' }),
        put(messageRef('777', '1', H), { id: '1' }),
        put(ownedRef('member', H, '1'), { id: '1' }),
        // A thread's messages are the guild's as well, and so are those of a channel that is not cached.
        put(messageRef('999', '1', G), { id: '1' }),
        { op: 'clearGuild', guildId: G },
      ]);
      const counts = await store.counts();
      expect(counts).toMatchObject({ guild: 1, channel: 1, message: 1, member: 1, user: 1, role: 0, thread: 0 });
      for (const kind of ENTITY_KINDS) expect(await store.list({ kind, guildId: G })).toEqual([]);
      expect(await store.get(ownedRef('channel', null, C))).toBeUndefined();
      expect(await store.get(messageRef('999', '1', null))).toBeUndefined();
      expect(await store.get(guildRef(H))).toBeDefined();
    });

    test('clearChannel takes messages, threads with theirs, and voice states, and leaves the channel', async () => {
      const { store } = await opened();
      const voice = (user: string, channel: string): Operation =>
        put(ownedRef('voiceState', G, user), { user_id: user, channel_id: channel });
      await store.apply([
        put(ownedRef('channel', G, C), { id: C }),
        put(ownedRef('thread', G, '50'), { id: '50', parent_id: C }),
        put(ownedRef('thread', G, '51'), { id: '51', parent_id: D }),
        put(messageRef(C, '1', G), { id: '1' }),
        put(messageRef('50', '2', G), { id: '2' }),
        put(messageRef('51', '3', G), { id: '3' }),
        voice('1', C),
        voice('2', D),
        { op: 'clearChannel', channelId: C, guildId: G },
      ]);
      expect(await ids(store, { kind: 'channel' })).toEqual([C]);
      expect(await ids(store, { kind: 'thread' })).toEqual(['51']);
      expect(await ids(store, { kind: 'message' })).toEqual(['3']);
      expect(await ids(store, { kind: 'voiceState' })).toEqual(['2']);
    });

    test('channels of direct messages belong to no guild', async () => {
      const { store } = await opened();
      await store.apply([
        put(ownedRef('channel', null, C), { id: C }),
        put(messageRef(C, '1', null), { id: '1' }),
        put(ownedRef('channel', G, D), { id: D }),
        { op: 'clearGuild', guildId: G },
      ]);
      expect(await ids(store, { kind: 'channel', guildId: null })).toEqual([C]);
      expect(await ids(store, { kind: 'message', guildId: null })).toEqual(['1']);
      await store.apply([{ op: 'clearChannel', channelId: C, guildId: null }]);
      expect(await ids(store, { kind: 'message' })).toEqual([]);
    });

    test('retainGuilds clears the guilds of one shard that are not listed', async () => {
      const { store } = await opened();
      const guild = (shard: number, n: number): string => String((BigInt(n * 4 + shard) << 22n) + 5n);
      const all = [guild(0, 1), guild(0, 2), guild(0, 3), guild(1, 1), guild(1, 2)];
      await store.apply(all.flatMap((id) => [put(guildRef(id), { id }), putAll('role', id, { 1: 'a' })]));
      // Known by its lists alone.
      await store.apply([putAll('member', guild(0, 9), { 1: 'a' })]);
      await store.apply([{ op: 'retainGuilds', shardId: 0, shardCount: 4, guildIds: [guild(0, 2)] }]);
      const left = [guild(0, 2), guild(1, 1), guild(1, 2)].toSorted(compare);
      expect(await ids(store, { kind: 'guild' })).toEqual(left);
      expect((await store.list({ kind: 'role' })).map(({ ref }) => ref.guildId ?? '').toSorted(compare)).toEqual(left);
      expect(await ids(store, { kind: 'member' })).toEqual([]);
    });

    test('lists go by guild, channel and id, and name each object whole', async () => {
      const { store } = await opened();
      await store.apply([
        putAll('member', G, { 1: 'a', 2: 'b' }),
        putAll('member', H, { 1: 'c' }),
        put(messageRef(C, '1', G), { id: '1' }),
        put(messageRef(D, '2', H), { id: '2' }),
        put(messageRef(D, '3', H), { id: '3' }),
      ]);
      expect(await values(store, { kind: 'member', guildId: G })).toEqual({ 1: 'a', 2: 'b' });
      expect(
        (await store.list({ kind: 'member', id: '1' })).map(({ ref }) => ref.guildId ?? '').toSorted(compare),
      ).toEqual([G, H]);
      expect((await store.list({ kind: 'member', guildId: H, id: '1' })).map(({ ref }) => ref)).toEqual([
        ownedRef('member', H, '1'),
      ]);
      expect(await ids(store, { kind: 'message', channelId: D })).toEqual(['2', '3']);
      expect(await ids(store, { kind: 'message', guildId: G })).toEqual(['1']);
      expect((await store.list({ kind: 'message', channelId: C })).map(({ ref }) => ref)).toEqual([
        messageRef(C, '1', G),
      ]);
    });

    test('a list can be read in pages, in the order of the ids as numbers', async () => {
      const { store } = await opened();
      await store.apply([putAll('role', G, { 30: 'c', 9: 'a', 10: 'b', '111111111111111111': 'd' })]);
      const page = async (query: Omit<ListQuery, 'kind'>): Promise<string[]> =>
        (await store.list({ kind: 'role', guildId: G, ...query })).map(({ ref }) => ref.id);
      expect(await page({ limit: 2 })).toEqual(['9', '10']);
      expect(await page({ after: '10', limit: 2 })).toEqual(['30', '111111111111111111']);
      expect(await page({ after: '30' })).toEqual(['111111111111111111']);
      expect(await page({ after: '111111111111111111', limit: 2 })).toEqual([]);
      expect(await page({ limit: 0 })).toEqual([]);
    });

    test('of a channel only so many messages are kept, the ones with the highest ids', async () => {
      const { store } = await opened({ messagesPerChannel: 3 });
      const message = (id: number, v = 0): Operation => put(messageRef(C, String(id), G), { id: String(id), v });
      await store.apply([message(100), message(101), message(102), message(103), message(102, 1)]);
      expect(await ids(store, { kind: 'message' })).toEqual(['101', '102', '103']);
      await store.apply([message(99), put(messageRef(D, '1', G), { id: '1' })]);
      expect(await ids(store, { kind: 'message', channelId: C })).toEqual(['101', '102', '103']);
      await store.apply([remove(messageRef(C, '103', G)), message(9), message(10)]);
      expect(await ids(store, { kind: 'message', channelId: C })).toEqual(['10', '101', '102']);
      await store.apply([message(200)]);
      expect(await ids(store, { kind: 'message', channelId: C })).toEqual(['101', '102', '200']);
      expect((await store.counts()).message).toBe(4);
    });

    test('an object is gone when its time is over, counted from its last write', async ({ skip }) => {
      const { store, clock, expiresByClock } = await opened({ ttlMs: { member: 1_000, message: 300 } });
      if (!expiresByClock) skip('this store leaves expiry to a server');
      await store.apply([
        putAll('member', G, { 1: 'a', 2: 'b' }),
        put(messageRef(C, '1', G), { id: '1' }),
        put(ownedRef('role', G, '1'), {}),
      ]);
      await clock.advanceAsync(600);
      expect(await store.get(messageRef(C, '1', G))).toBeUndefined();
      await store.apply([merge(ownedRef('member', G, '2'), { v: 'c' })]);
      await clock.advanceAsync(500);
      expect(told(await store.apply([remove(ownedRef('member', G, '1'))]))).toEqual([undefined]);
      expect(await values(store, { kind: 'member' })).toEqual({ 2: 'c' });
      await clock.advanceAsync(2_000);
      expect(await store.counts()).toMatchObject({ member: 0, message: 0, role: 1 });
      expect(await store.list({ kind: 'member', guildId: G })).toEqual([]);
    });

    test('what was written is there when the store is opened again', async ({ skip }) => {
      const { store, reopen } = await opened();
      const refs = ENTITY_KINDS.map(refOfKind);
      await store.apply(refs.map((ref) => put(ref, { id: ref.id, name: 'ÿ😀' })));
      const again = await reopen();
      if (again === undefined) return skip('nothing of this store outlives the process');
      expect(await read(again, refs)).toEqual(refs.map(({ id }) => ({ id, name: 'ÿ😀' })));
      expect((await again.list({ kind: 'message', guildId: G })).map(({ ref }) => ref)).toEqual([refOfKind('message')]);
    });
  });
}

function compare(one: string, other: string): number {
  return BigInt(one) < BigInt(other) ? -1 : 1;
}

interface Opened {
  readonly store: Store;
  readonly clock: VirtualClock;
  readonly reopen: () => Promise<Store | undefined>;
  readonly expiresByClock: boolean;
}
