import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createMemoryStore,
  createState,
  ENTITY_KINDS,
  mergeFields,
  messageRef,
  ownedRef,
  type Operation,
  type State,
  type Store,
} from '../src/index.ts';
import { createPostgresStore } from '../src/postgres/index.ts';
import { NaiveModel } from './model/naive-model.ts';
import { BOT_ID, farewell, randomEvents, SHARD_COUNT, type ModelEvent } from './model/random-events.ts';
import { postgresBed, type PostgresBed } from './postgres-bed.ts';
import { C, D, G, H, merge, put, putAll, remove, replaceAll, told } from './store-operations.ts';

const isLong = process.env['SHARDGATE_LONG'] !== undefined;
const EVENTS = isLong ? 1_000_000 : 6_000;
const LOOK_EVERY = isLong ? 10_000 : 1_000;
if (!isLong) console.info(`model of the PostgreSQL store: ${EVENTS} events; 1,000,000 with SHARDGATE_LONG=1`);
/** Events on their way at a time. */
const BATCH = 50;

let bed: PostgresBed;
beforeAll(async () => {
  bed = await postgresBed();
});
afterAll(() => bed.end());

test(
  'the store holds what a naive model holds after any events, tells the same old objects, and leaves nothing behind',
  { timeout: 3_600_000 },
  async () => {
    const schema = bed.newSchema();
    const store = createPostgresStore({ url: bed.url, schema });
    const state = createState({
      stores: [store],
      kinds: { message: true, presence: true },
      messagesPerChannel: 1_000_000,
      waitMs: 60_000,
    });
    await state.start(state);
    const model = new NaiveModel();
    let waiting: Promise<void>[] = [];
    let count = 0;
    for (const event of randomEvents(20_261_121)) {
      waiting.push(applied(state, model, event));
      count++;
      if (count % BATCH === 0) {
        await Promise.all(waiting);
        waiting = [];
      }
      if (count % LOOK_EVERY === 0) await compare(model, store);
      if (count === EVENTS) break;
    }
    for (const event of farewell()) await applied(state, model, event);
    await compare(model, store);
    expect(state.status(state).stores[0]).toMatchObject({ isStale: false, droppedOperations: 0 });
    expect(store.status().detail).toBeUndefined();
    await state.stop(state);
    for (const table of ['guilds', 'guilds_persistent', 'members', 'roles', 'voice_states', 'stickers'])
      expect(await bed.sql(`SELECT * FROM ${schema}.${table}`)).toEqual([]);
  },
);

test(
  'any operations in one batch do what they do one by one in memory, and tell the same',
  { timeout: 120_000 },
  async () => {
    const schema = bed.newSchema();
    const clock = createState({ stores: [createMemoryStore()] }).clock;
    const context = { clock, ttlMs: {}, messagesPerChannel: undefined };
    const store = createPostgresStore({ url: bed.url, schema });
    await store.open(context);
    await fc.assert(
      fc.asyncProperty(fc.array(anyOperation, { maxLength: 30 }), async (operations) => {
        const memory = createMemoryStore();
        await memory.open(context);
        await store.apply([G, H].map((guildId): Operation => ({ op: 'clearGuild', guildId })));
        const expected = told(operations.flatMap((one) => memory.apply([one])));
        deepStrictEqual(told(await store.apply(operations)).map(sortedList), expected.map(sortedList));
        deepStrictEqual(await contents(store), await contents(memory));
      }),
      { numRuns: isLong ? 5_000 : 80 },
    );
    await store.close();
  },
);

test('a merge makes of any JSON what mergeFields makes of it', { timeout: 60_000 }, async () => {
  const clock = createState({ stores: [createMemoryStore()] }).clock;
  const store = createPostgresStore({ url: bed.url, schema: bed.newSchema() });
  await store.open({ clock, ttlMs: {}, messagesPerChannel: undefined });
  const ref = ownedRef('role', '1', '2');
  // No U+0000: it is written as something else. `__proto__` is what mergeFields cannot set.
  const names = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '').replaceAll('__proto__', ''));
  const leaf = fc.oneof(names, fc.boolean(), fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true }));
  const value = fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.dictionary(names, leaf, { maxKeys: 3 }));
  const object = fc.dictionary(names, value, { maxKeys: 8 });
  await fc.assert(
    fc.asyncProperty(object, object, fc.array(names, { maxLength: 3 }), async (stored, changed, removed) => {
      const some = Object.keys(stored).slice(0, 2);
      const fields = { ...changed, ...Object.fromEntries([...removed, ...some].map((name) => [name, undefined])) };
      const before = JSON.stringify(stored);
      await store.apply([put(ref, stored), merge(ref, fields)]);
      expect(JSON.parse((await store.get(ref)) ?? '')).toEqual(JSON.parse(mergeFields(before, fields)));
    }),
    { numRuns: isLong ? 20_000 : 100 },
  );
  expect(store.status().detail).toBeUndefined();
  await store.close();
});

const guildId = fc.constantFrom(G, H);
const id = fc.constantFrom('1', '2', '3');
const channel = fc.constantFrom(C, D);
const word = fc.constantFrom('a', 'b', 'c', 'd');
const entries = fc.dictionary(id, word, { maxKeys: 3 });
const listKind = fc.constantFrom('role', 'member', 'emoji');
const rowRef = fc.tuple(listKind, guildId, id).map(([kind, guild, own]) => ownedRef(kind, guild, own));

/** Few rows, so that many operations touch the same. */
const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(rowRef, word, fc.boolean()).map(([ref, v, ifAbsent]) => ({ ...put(ref, { v }), ifAbsent, tellOld: true })),
  fc.tuple(rowRef, word, fc.boolean(), fc.boolean()).map(([ref, v, createIfAbsent, isGone]) => ({
    ...merge(ref, { [v]: v, gone: 1, ...(isGone ? { v: undefined } : {}) }),
    createIfAbsent,
    tellOld: true,
  })),
  rowRef.map((ref) => ({ op: 'remove' as const, ref, tellOld: true })),
  fc
    .tuple(listKind, guildId, entries, fc.boolean())
    .map(([kind, guild, of, tellOld]) => ({ ...putAll(kind, guild, of), tellOld })),
  fc
    .tuple(listKind, guildId, entries, fc.boolean())
    .map(([kind, guild, of, tellOld]) => ({ ...replaceAll(kind, guild, of), tellOld })),
  guildId.map((guild) => ({ op: 'clearGuild' as const, guildId: guild })),
  fc.subarray([G, H]).map((guildIds) => ({ op: 'retainGuilds' as const, shardId: 0, shardCount: 1, guildIds })),
  fc.tuple(channel, id).map(([own, message]) => put(messageRef(own, message, G), { message })),
  fc.tuple(channel, id).map(([own, message]) => remove(messageRef(own, message, G))),
  channel.map((parent) => put(ownedRef('thread', G, D), { id: D, parent_id: parent })),
  fc.tuple(id, channel).map(([user, own]) => put(ownedRef('voiceState', G, user), { channel_id: own })),
  channel.map((own) => ({ op: 'clearChannel' as const, channelId: own, guildId: G })),
);

async function applied(state: State, model: NaiveModel, event: ModelEvent): Promise<void> {
  const expected = model.take(structuredClone(event));
  const origin = { shardId: event.shardId, shardCount: SHARD_COUNT, botId: BOT_ID };
  const old = await state.apply(state, event, origin);
  const tells: unknown = old === undefined ? undefined : JSON.parse(old);
  deepStrictEqual(sortedList(tells), sortedList(expected), `${event.t} ${JSON.stringify(event.d)}`);
}

async function compare(model: NaiveModel, store: Store): Promise<void> {
  const modelled = [...model.entries.values()].map(
    ({ kind, guildId: guild, channelId, id: own, value }) => [`${kind} ${guild} ${channelId} ${own}`, value] as const,
  );
  deepStrictEqual(await contents(store), new Map(modelled.toSorted(byName)));
}

async function contents(store: Store): Promise<Map<string, unknown>> {
  const held: [string, unknown][] = [];
  for (const kind of ENTITY_KINDS)
    for (const { ref, value } of await store.list({ kind }))
      held.push([`${kind} ${ref.guildId} ${ref.channelId} ${ref.id}`, JSON.parse(value) as unknown]);
  return new Map(held.toSorted(byName));
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : Number(one > other);
}

/** Objects without the order of their members, lists without theirs. */
function sortedList(value: unknown): unknown {
  return Array.isArray(value) ? value.toSorted((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1)) : value;
}

function sortKey(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(byName))
      : member,
  );
}
