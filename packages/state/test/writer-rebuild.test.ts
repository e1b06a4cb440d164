import { createVirtualClock, type VirtualClock } from '@shardgate/simulator';
import { expect, test } from 'vitest';
import {
  createMemoryStore,
  createState,
  ENTITY_KINDS,
  guildRef,
  messageRef,
  ownedRef,
  type EventOrigin,
  type Operation,
  type State,
  type StateOptions,
  type SynchronousStore,
} from '../src/index.ts';
import { laggingStore, type Lag } from './lagging-store.ts';
import { put } from './store-operations.ts';

/** Guilds of the shards 0 and 1 of 2. */
const [ZERO, ONE] = [String(8n << 22n), String(9n << 22n)];

interface Bed {
  readonly state: State;
  readonly clock: VirtualClock;
  readonly lag: Lag;
  readonly far: SynchronousStore;
  readonly near: SynchronousStore;
  readonly told: string[];
  /** An event of a shard, 0 unless it is said. */
  event(t: string, d: object, shardId?: number): Promise<string | undefined>;
  settled(): Promise<void>;
}

interface Before {
  readonly near?: readonly Operation[];
  readonly far?: readonly Operation[];
}

/** Two stores, or the far one alone, with what an earlier run has left in them. */
async function bedOf(before: Before, options: Partial<StateOptions> & { isAlone?: boolean } = {}): Promise<Bed> {
  const clock = createVirtualClock();
  const [near, far] = [createMemoryStore({ name: 'near' }), createMemoryStore({ name: 'inner' })];
  const context = { clock, ttlMs: {}, messagesPerChannel: undefined };
  for (const store of [near, far]) await store.open(context);
  near.apply(before.near ?? []);
  far.apply(before.far ?? []);
  const lag: Lag = { delayMs: () => 0, calls: [] };
  const { isAlone = false, ...given } = options;
  const store = laggingStore(far, lag);
  const state = createState({
    stores: isAlone ? [store] : [near, store],
    kinds: { message: true },
    clock,
    random: () => 0.5,
    ...given,
  });
  const told: string[] = [];
  for (const name of ['stale', 'current', 'overflow', 'rebuild', 'error'] as const)
    state.events.on(name, () => told.push(name));
  await state.start(state);
  const bed: Bed = {
    ...{ state, clock, lag, far, near, told },
    event: async (t, d, shardId = 0) => state.apply(state, { t, d }, origin(shardId)),
    settled: async () => void (await clock.runUntilAsync(() => report(bed).queuedOperations === 0, 60_000)),
  };
  return bed;
}

function origin(shardId: number): EventOrigin {
  return { shardId, shardCount: 2, botId: '1' };
}

function report({ state }: Bed): NonNullable<ReturnType<State['status']>['stores'][number]> {
  const last = state.status(state).stores.at(-1);
  if (last === undefined) throw new Error('there is no store');
  return last;
}

function contents(store: SynchronousStore): string[] {
  return ENTITY_KINDS.flatMap((kind) =>
    store.list({ kind }).map(({ ref, value }) => `${kind} ${ref.guildId} ${ref.channelId} ${ref.id} ${value}`),
  ).toSorted();
}

const guild = (id: string, name: string): object => ({ id, name, roles: [{ id: '1', name }] });
const role = (guildId: string, v: number): object => ({ guild_id: guildId, role: { id: '2', v } });
const ready = (...ids: readonly string[]): object => ({
  user: { id: '1' },
  guilds: ids.map((id) => ({ id, unavailable: true })),
});
const message = (channelId: string, id: string): object => ({ id, channel_id: channelId, author: { id: '5' } });
/** A guild as an earlier run has left it. */
const kept = (id: string): Operation[] => [
  put(guildRef(id), { id, name: 'kept' }),
  put(ownedRef('role', id, '7'), { id: '7' }),
];

/** More is to be written than may be kept, and something is removed meanwhile. */
async function overflow(bed: Bed, meanwhile: () => Promise<unknown>): Promise<void> {
  bed.lag.error = new Error('connection refused');
  for (let v = 0; v < 50; v++) await bed.event('GUILD_ROLE_UPDATE', role(ZERO, v));
  await meanwhile();
  bed.lag.error = undefined;
  await bed.clock.advanceAsync(30_000);
  await bed.settled();
}

test('a store that lost its data is stale, and written anew from the near one', async () => {
  const bed = await bedOf({});
  await bed.event('READY', ready(ZERO));
  await bed.event('GUILD_CREATE', guild(ZERO, 'a'));
  await bed.event('READY', ready(ONE), 1);
  await bed.event('GUILD_CREATE', guild(ONE, 'b'), 1);
  await bed.event('MESSAGE_CREATE', message('3', '4'));
  expect(bed.told).toEqual([]);
  bed.lag.losesData = true;
  // Nobody waits for a store that is behind.
  expect(await bed.event('GUILD_ROLE_UPDATE', role(ONE, 1), 1)).toBeUndefined();
  expect(report(bed).isStale).toBe(true);
  await bed.settled();
  expect(bed.told).toEqual(['stale', 'rebuild', 'current']);
  expect(contents(bed.far)).toEqual(contents(bed.near));
  expect(bed.far.get(ownedRef('role', ONE, '2'))).toBe('{"id":"2","v":1}');
});

test('one without another at hand asks for its guilds until Discord has sent them', async () => {
  const bed = await bedOf({}, { isAlone: true });
  for (const [shardId, id] of [ZERO, ONE].entries()) {
    await bed.event('READY', ready(id), shardId);
    await bed.event('GUILD_CREATE', guild(id, 'a'), shardId);
  }
  bed.lag.losesData = true;
  await bed.event('GUILD_ROLE_UPDATE', role(ZERO, 1));
  await bed.settled();
  expect(report(bed)).toMatchObject({ isStale: true, missingShards: [0, 1], missingGuilds: 0 });
  expect(bed.told).toEqual(['stale', 'rebuild']);
  await bed.event('READY', ready(ZERO));
  await bed.event('READY', ready(ONE), 1);
  await bed.settled();
  expect(report(bed)).toMatchObject({ isStale: true, missingShards: [], missingGuilds: 2 });
  await bed.event('GUILD_CREATE', guild(ZERO, 'b'));
  await bed.event('GUILD_CREATE', guild(ONE, 'b'), 1);
  await bed.settled();
  expect(report(bed)).toMatchObject({ isStale: false, missingShards: [], missingGuilds: 0 });
  expect(bed.told).toEqual(['stale', 'rebuild', 'current']);
});

test('one that was opened without data gets the guilds of sessions that go on', async () => {
  const bed = await bedOf({ near: [...kept(ZERO), ...kept(ONE)] });
  await bed.event('GUILD_ROLE_UPDATE', role(ZERO, 1));
  await bed.settled();
  expect(bed.far.get(ownedRef('role', ZERO, '7'))).toBe('{"id":"7"}');
  // The other shard is another process' as far as is known.
  expect(bed.far.get(guildRef(ONE))).toBeUndefined();
  await bed.event('GUILD_ROLE_UPDATE', role(ONE, 1), 1);
  await bed.settled();
  expect(bed.told).toEqual(['stale', 'rebuild', 'current', 'stale', 'rebuild', 'current']);
  expect(contents(bed.far)).toEqual(contents(bed.near));
});

test('one that was opened without data and has no other at hand asks for the guilds of sessions that go on', async () => {
  const bed = await bedOf({}, { isAlone: true });
  await bed.event('GUILD_ROLE_UPDATE', role(ONE, 1), 1);
  expect(report(bed)).toMatchObject({ isStale: false, missingShards: [1] });
  await bed.event('READY', ready(ONE), 1);
  await bed.event('GUILD_CREATE', guild(ONE, 'a'), 1);
  expect(report(bed)).toMatchObject({ isStale: false, missingShards: [], missingGuilds: 0 });
  expect(bed.told).toEqual([]);
});

test("with several processes in one database a rebuild leaves the other shards' guilds, and what is shard 0's", async () => {
  const direct = [put(messageRef('3', '4', null), message('3', '4'))];
  const bed = await bedOf({ far: [...kept(ZERO), ...kept(ONE), ...direct] }, { maxQueuedOperations: 20 });
  await bed.event('READY', ready(ONE), 1);
  await bed.event('GUILD_CREATE', guild(ONE, 'mine'), 1);
  bed.lag.error = new Error('connection refused');
  for (let v = 0; v < 50; v++) await bed.event('GUILD_ROLE_UPDATE', role(ONE, v), 1);
  bed.lag.error = undefined;
  await bed.clock.advanceAsync(30_000);
  await bed.settled();
  expect(bed.told).toEqual(['stale', 'overflow', 'rebuild', 'current']);
  expect(bed.far.get(ownedRef('role', ZERO, '7'))).toBe('{"id":"7"}');
  expect(bed.far.get(messageRef('3', '4', null))).toBeDefined();
  expect(bed.far.get(ownedRef('role', ONE, '7'))).toBeUndefined();
  expect(bed.far.get(ownedRef('role', ONE, '2'))).toBe('{"id":"2","v":49}');
});

test('a rebuild removes guilds and direct messages that went while the store was away', async () => {
  const left = String(10n << 22n);
  const bed = await bedOf({ far: kept(left) }, { maxQueuedOperations: 20 });
  await bed.event('READY', ready(ZERO, left));
  await bed.event('GUILD_CREATE', guild(ZERO, 'stays'));
  await bed.event('MESSAGE_CREATE', message('3', '4'));
  await bed.event('MESSAGE_CREATE', message('3', '5'));
  await overflow(bed, async () => {
    await bed.event('GUILD_DELETE', { id: left });
    await bed.event('MESSAGE_DELETE', { id: '4', channel_id: '3' });
  });
  expect(bed.told).toEqual(['stale', 'overflow', 'rebuild', 'current']);
  expect(contents(bed.far)).toEqual(contents(bed.near));
  expect(bed.far.get(messageRef('3', '4', null))).toBeUndefined();
});

test('a guild in an outage keeps what the far store has of it', async () => {
  const bed = await bedOf({ far: kept(ZERO) }, { maxQueuedOperations: 20 });
  await bed.event('READY', ready(ZERO));
  bed.lag.error = new Error('connection refused');
  for (let i = 0; i < 50; i++) await bed.event('MESSAGE_CREATE', message('3', String(i)));
  bed.lag.error = undefined;
  await bed.clock.advanceAsync(30_000);
  await bed.settled();
  expect(bed.told).toContain('rebuild');
  expect(bed.far.get(ownedRef('role', ZERO, '7'))).toBe('{"id":"7"}');
  expect(bed.far.get(guildRef(ZERO))).toContain('kept');
});

test('a near store that does not know a shard removes nothing, and the far one stays stale until its guilds come', async () => {
  const bed = await bedOf({ far: [...kept(ZERO), ...kept(ONE)] }, { maxQueuedOperations: 20 });
  await overflow(bed, () => bed.event('GUILD_ROLE_DELETE', { guild_id: ZERO, role_id: '7' }));
  expect(bed.told).toEqual(['stale', 'overflow', 'rebuild']);
  expect(report(bed)).toMatchObject({ isStale: true, missingGuilds: 1 });
  expect(bed.far.get(ownedRef('role', ZERO, '2'))).toBe('{"id":"2","v":49}');
  expect(bed.far.get(guildRef(ZERO))).toContain('kept');
  await bed.event('GUILD_CREATE', guild(ZERO, 'whole'));
  await bed.settled();
  expect(report(bed)).toMatchObject({ isStale: false, missingGuilds: 0 });
  expect(bed.far.get(ownedRef('role', ZERO, '7'))).toBeUndefined();
});

test('after a reshard the new shards are rebuilt with the guilds of the old ones', async () => {
  const bed = await bedOf({});
  await bed.event('READY', ready(ZERO));
  await bed.event('GUILD_CREATE', guild(ZERO, 'a'));
  await bed.event('READY', ready(ONE), 1);
  await bed.event('GUILD_CREATE', guild(ONE, 'b'), 1);
  for (const id of [ZERO, ONE]) {
    const shardId = Number((BigInt(id) >> 22n) % 4n);
    await bed.state.apply(bed.state, { t: 'GUILD_ROLE_UPDATE', d: role(id, 1) }, { ...origin(shardId), shardCount: 4 });
  }
  expect(bed.told).toEqual([]);
  bed.lag.losesData = true;
  const last = { ...origin(1), shardCount: 4 };
  await bed.state.apply(bed.state, { t: 'GUILD_ROLE_UPDATE', d: role(ONE, 2) }, last);
  await bed.settled();
  expect(bed.told).toEqual(['stale', 'rebuild', 'current']);
  expect(bed.far.get(ownedRef('role', ZERO, '1'))).toBe('{"id":"1","name":"a"}');
  expect(bed.far.get(ownedRef('role', ONE, '2'))).toBe('{"id":"2","v":2}');
});
