import { createVirtualClock, type VirtualClock } from '@shardgate/simulator';
import { expect, test } from 'vitest';
import {
  createMemoryStore,
  createState,
  ENTITY_KINDS,
  guildRef,
  ownedRef,
  type EventOrigin,
  type Operation,
  type State,
  type StateOptions,
  type SynchronousStore,
} from '../src/index.ts';
import { laggingStore, type Lag } from './lagging-store.ts';

const ORIGIN: EventOrigin = { shardId: 0, shardCount: 1, botId: '1' };

interface Bed {
  readonly state: State;
  readonly clock: VirtualClock;
  readonly lag: Lag;
  readonly far: SynchronousStore;
  readonly near: SynchronousStore;
  readonly told: string[];
}

async function bedOf(options: Partial<StateOptions> & { near?: boolean } = {}): Promise<Bed> {
  const clock = createVirtualClock();
  const [near, far] = [createMemoryStore({ name: 'near' }), createMemoryStore({ name: 'inner' })];
  const lag: Lag = { delayMs: () => 0, calls: [] };
  const { near: hasNear = true, ...given } = options;
  const store = laggingStore(far, lag);
  const state = createState({ stores: hasNear ? [near, store] : [store], clock, random: () => 0.5, ...given });
  const told: string[] = [];
  for (const name of ['stale', 'current', 'overflow', 'rebuild', 'error'] as const)
    state.events.on(name, () => told.push(name));
  await state.start(state);
  return { state, clock, lag, far, near, told };
}

function role(id: number, v: number): { t: string; d: unknown } {
  return { t: 'GUILD_ROLE_UPDATE', d: { guild_id: '5', role: { id: String(id), v } } };
}

function guild(id: string, name: string): { t: string; d: unknown } {
  return { t: 'GUILD_CREATE', d: { id, name, roles: [{ id: '1', name }], member_count: 1, members: [] } };
}

function report({ state }: Bed): { isStale: boolean; queuedOperations: number; droppedOperations: number } {
  const last = state.status(state).stores.at(-1);
  if (last === undefined) throw new Error('there is no store');
  return last;
}

function contents(store: SynchronousStore): unknown {
  return ENTITY_KINDS.map((kind) =>
    Object.fromEntries(
      store.list({ kind }).map(({ ref, value }) => [`${ref.guildId} ${ref.channelId} ${ref.id}`, value]),
    ),
  );
}

test('a write is confirmed with the old object; what comes at once goes in one call, and what comes meanwhile in another', async () => {
  const bed = await bedOf({ near: false });
  const write = async (v: number): Promise<string | undefined> => bed.state.apply(bed.state, role(1, v), ORIGIN);
  const answers = [0, 1].map(write);
  while (bed.lag.calls?.length === 0) await Promise.resolve();
  answers.push(...[2, 3].map(write));
  expect(await Promise.all(answers)).toEqual([undefined, '{"id":"1","v":0}', '{"id":"1","v":1}', '{"id":"1","v":2}']);
  expect(bed.lag.calls?.map((operations: readonly Operation[]) => operations.length)).toEqual([2, 2]);
  expect(bed.told).toEqual([]);
});

test('a store that does not answer in time is stale: the event goes on, later ones do not wait, and nothing is lost', async () => {
  const bed = await bedOf();
  bed.lag.delayMs = () => undefined;
  let isDone = false;
  const first = Promise.resolve(bed.state.apply(bed.state, role(1, 1), ORIGIN)).then((old) => {
    isDone = true;
    return old;
  });
  await bed.clock.advanceAsync(249);
  expect(isDone).toBe(false);
  await bed.clock.advanceAsync(2);
  expect(isDone).toBe(true);
  expect(await first).toBeUndefined();
  expect(bed.told).toEqual(['stale']);
  // The near store still tells the old object, at once.
  expect(bed.state.apply(bed.state, role(1, 2), ORIGIN)).toBe('{"id":"1","v":1}');
  expect(report(bed)).toMatchObject({ isStale: true, queuedOperations: 2, droppedOperations: 0 });
  bed.lag.delayMs = () => 0;
  await bed.clock.runUntilAsync(() => !report(bed).isStale, 60_000);
  expect(bed.told).toEqual(['stale', 'current']);
  expect(contents(bed.far)).toEqual(contents(bed.near));
});

test('a store that fails is tried again with growing waits, and gets everything in order', async () => {
  const bed = await bedOf({ near: false });
  bed.lag.error = new Error('connection refused');
  expect(await bed.state.apply(bed.state, role(1, 1), ORIGIN)).toBeUndefined();
  for (let v = 2; v <= 50; v++) expect(bed.state.apply(bed.state, role(1, v), ORIGIN)).toBeUndefined();
  await bed.clock.advanceAsync(60_000);
  const tries = bed.lag.calls?.length ?? 0;
  expect(tries).toBeGreaterThan(8);
  expect(tries).toBeLessThan(25);
  bed.lag.error = undefined;
  await bed.clock.runUntilAsync(() => !report(bed).isStale, 60_000);
  expect(bed.far.get(ownedRef('role', '5', '1'))).toBe('{"id":"1","v":50}');
  expect(await bed.state.apply(bed.state, role(1, 51), ORIGIN)).toBe('{"id":"1","v":50}');
});

test('more than the bound is dropped, and the store is rebuilt from the near one when it is back', async () => {
  const bed = await bedOf({ maxQueuedOperations: 20 });
  await bed.state.apply(bed.state, guild('7', 'left meanwhile'), ORIGIN);
  for (const id of ['8', '5']) await bed.state.apply(bed.state, guild(id, 'stays'), ORIGIN);
  bed.lag.error = new Error('connection refused');
  await bed.state.apply(bed.state, { t: 'GUILD_DELETE', d: { id: '7' } }, ORIGIN);
  for (let i = 0; i < 100; i++) await bed.state.apply(bed.state, role(i, i), ORIGIN);
  await bed.state.apply(bed.state, { t: 'GUILD_ROLE_DELETE', d: { guild_id: '8', role_id: '1' } }, ORIGIN);
  expect(report(bed).queuedOperations).toBeLessThan(21);
  expect(report(bed).droppedOperations).toBeGreaterThan(80);
  bed.lag.error = undefined;
  // Changes while it is rebuilt.
  bed.state.events.on('rebuild', () => {
    void bed.state.apply(bed.state, role(3, 333), ORIGIN);
    void bed.state.apply(bed.state, { t: 'GUILD_ROLE_DELETE', d: { guild_id: '5', role_id: '4' } }, ORIGIN);
  });
  await bed.clock.runUntilAsync(() => !report(bed).isStale, 60_000);
  expect(bed.told).toEqual(['stale', 'overflow', 'rebuild', 'current']);
  expect(bed.far.get(guildRef('7'))).toBeUndefined();
  expect(contents(bed.far)).toEqual(contents(bed.near));
});

test('without a near store it is whole again when Discord has sent each guild concerned', async () => {
  const bed = await bedOf({ near: false, maxQueuedOperations: 5 });
  bed.lag.error = new Error('connection refused');
  for (let i = 0; i < 20; i++) await bed.state.apply(bed.state, role(i, i), ORIGIN);
  expect(report(bed)).toMatchObject({ isStale: true });
  bed.lag.error = undefined;
  await bed.clock.advanceAsync(30_000);
  expect(report(bed)).toMatchObject({ isStale: true, queuedOperations: 0 });
  await bed.state.apply(bed.state, guild('6', 'another'), ORIGIN);
  await bed.clock.advanceAsync(1_000);
  expect(report(bed).isStale).toBe(true);
  await bed.state.apply(bed.state, guild('5', 'the one'), ORIGIN);
  await bed.clock.advanceAsync(1_000);
  expect(report(bed)).toMatchObject({ isStale: false, droppedOperations: 0 });
  expect(bed.told).toEqual(['stale', 'overflow', 'current']);
});

test('stop waits for the store, but not for ever', async () => {
  const bed = await bedOf();
  void bed.state.apply(bed.state, role(1, 1), ORIGIN);
  await bed.state.stop(bed.state);
  expect(bed.far.get(ownedRef('role', '5', '1'))).toBe('{"id":"1","v":1}');

  const dead = await bedOf();
  dead.lag.delayMs = () => undefined;
  const waiting = dead.state.apply(dead.state, role(1, 1), ORIGIN);
  const stopped = dead.state.stop(dead.state, 2_000);
  await dead.clock.advanceAsync(2_100);
  await stopped;
  await waiting;
  expect(dead.state.status(dead.state).phase).toBe('stopped');
  expect(dead.clock.pending()).toBeLessThan(2);
});

test('a reducer that throws is told, and the cache stays as it was', async () => {
  const clock = createVirtualClock();
  const store = createMemoryStore();
  const boom = {
    kinds: ['role'] as const,
    old: 'one' as const,
    reduce: () => {
      throw new Error('boom');
    },
  };
  const state = createState({
    stores: [store],
    clock,
    reducers: { GUILD_ROLE_UPDATE: boom, GUILD_ROLE_DELETE: false },
  });
  await state.start(state);
  const errors: string[] = [];
  state.events.on('error', ({ where }) => errors.push(where));
  expect(state.apply(state, role(1, 1), ORIGIN)).toBeUndefined();
  expect(errors).toEqual(['reducer of GUILD_ROLE_UPDATE']);
  expect(state.status(state).counts).toEqual({ applied: 0, operations: 0, failed: 1 });
});

test('of members only the own one, of objects only chosen members, of kinds only those that are on', async () => {
  const store = createMemoryStore();
  const state = createState({
    stores: [store],
    kinds: { member: 'own', role: false },
    fields: { guild: { pick: ['id', 'name'] }, channel: { omit: ['topic'] } },
  });
  await state.start(state);
  const member = (id: string): object => ({ user: { id }, roles: [] });
  await state.apply(
    state,
    {
      t: 'GUILD_CREATE',
      d: {
        id: '5',
        name: 'a',
        icon: 'b',
        roles: [{ id: '1' }],
        channels: [{ id: '2', topic: 'x', type: 0 }],
        members: [member('1'), member('2')],
        member_count: 2,
      },
    },
    ORIGIN,
  );
  await state.apply(state, { t: 'GUILD_MEMBER_ADD', d: { guild_id: '5', ...member('3') } }, ORIGIN);
  await state.apply(state, { t: 'CHANNEL_UPDATE', d: { guild_id: '5', id: '2', topic: 'y', type: 5 } }, ORIGIN);
  expect(store.get(guildRef('5'))).toBe('{"id":"5","name":"a"}');
  expect(store.get(ownedRef('channel', '5', '2'))).toBe('{"id":"2","type":5,"guild_id":"5"}');
  expect(store.list({ kind: 'member' }).map(({ ref }) => ref.id)).toEqual(['1']);
  expect(store.counts().role).toBe(0);
  expect(state.runtime.wanted.has('GUILD_ROLE_UPDATE')).toBe(false);
});

test('wrong options are named, all at once', () => {
  const wrong = { stores: [], kinds: { member: 'mine' }, ttlMs: { member: 0 }, reducer: {} };
  const make = (): unknown => createState(wrong as unknown as StateOptions);
  expect(make).toThrow(/'stores' is .*at least one store/);
  expect(make).toThrow(/'kinds.member' is 'mine': expected true, false or 'own'/);
  expect(make).toThrow("createState has no option 'reducer'; did you mean 'reducers'?");
});
