import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createMemoryStore,
  createState,
  ENTITY_KINDS,
  mergeFields,
  ownedRef,
  type AsynchronousStore,
  type State,
} from '../src/index.ts';
import { createRedisStore, type ChannelKeys } from '../src/redis/index.ts';
import { NaiveModel } from './model/naive-model.ts';
import { BOT_ID, farewell, randomEvents, SHARD_COUNT, type ModelEvent } from './model/random-events.ts';
import { redisBed, type RedisBed } from './redis-bed.ts';
import { put, refOfKind, remove } from './store-operations.ts';

const isLong = process.env['SHARDGATE_LONG'] !== undefined;
const EVENTS = isLong ? 1_000_000 : 4_000;
const LOOK_EVERY = isLong ? 10_000 : 1_000;
if (!isLong) console.info(`model of the Redis store: ${EVENTS} events; 1,000,000 with SHARDGATE_LONG=1`);
/** Events on their way at a time. */
const BATCH = 50;

let bed: RedisBed;
beforeAll(async () => {
  bed = await redisBed();
});
afterAll(() => bed.end());

test.for<ChannelKeys>(['flat', 'byGuild', 'both'])(
  'the store (%s) holds what a naive model holds after any events, tells the same old objects, and leaves nothing behind',
  { timeout: 3_600_000 },
  async (channelKeys) => {
    await bed.client.command('FLUSHDB');
    const store = createRedisStore({ url: bed.url, channelKeys });
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
    await state.stop(state);
    // Of the guilds nothing is left, in no set and no hash: only the bot's user and direct messages.
    const left = (await bed.client.command('KEYS', '*')) as string[];
    const allowed =
      /^(bot_user|channel_keys(:\d+)?|channel:319674150115610528|message:319674150115610528:\d+|message_keys)$/;
    const own =
      /^shardgate:(layout|bot_user|writer:.*|channel_guilds|message_guilds|message_channels:|messages:319674150115610528)$/;
    expect(left.filter((key) => !allowed.test(key) && !own.test(key))).toEqual([]);
    const channels = (await bed.client.command('HKEYS', 'shardgate:channel_guilds')) as string[];
    expect(channels.filter((id) => id !== '319674150115610528')).toEqual([]);
  },
);

test('objects that are removed one by one leave nothing behind', async () => {
  await bed.client.command('FLUSHDB');
  const store = createRedisStore({ url: bed.url });
  await store.open({ clock: realClock(), ttlMs: { member: 60_000 }, messagesPerChannel: 10 });
  const refs = ENTITY_KINDS.map(refOfKind);
  await store.apply(refs.map((ref) => put(ref, { id: ref.id })));
  await store.apply(refs.map(remove));
  await store.close();
  const left = (await bed.client.command('KEYS', '*')) as string[];
  expect(left.filter((key) => !/^shardgate:(layout|writer:.*)$/.test(key))).toEqual([]);
});

test('a merge makes of any JSON what mergeFields makes of it', { timeout: 60_000 }, async () => {
  const store = createRedisStore({ url: bed.url });
  await store.open({ clock: realClock(), ttlMs: {}, messagesPerChannel: undefined });
  const ref = ownedRef('role', '1', '2');
  // An assignment to that name would set the object's prototype in JavaScript; Lua knows no such thing.
  const names = fc.string({ unit: 'binary' }).filter((name) => name !== '__proto__');
  const object = fc.dictionary(names, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 });
  const indent = fc.constantFrom(undefined, 1, '\t');
  await fc.assert(
    fc.asyncProperty(
      object,
      object,
      fc.array(names, { maxLength: 3 }),
      indent,
      async (stored, changed, removed, space) => {
        const some = Object.keys(stored).slice(0, 2);
        const fields = { ...changed, ...Object.fromEntries([...removed, ...some].map((name) => [name, undefined])) };
        const value = JSON.stringify(stored, null, space);
        await store.apply([
          { op: 'put', ref, value, ifAbsent: false, tellOld: false },
          { op: 'merge', ref, fields, createIfAbsent: false, tellOld: false },
        ]);
        expect(JSON.parse((await store.get(ref)) ?? '')).toEqual(JSON.parse(mergeFields(value, fields)));
      },
    ),
    { numRuns: isLong ? 20_000 : 100 },
  );
  await store.close();
});

async function applied(state: State, model: NaiveModel, event: ModelEvent): Promise<void> {
  const expected = model.take(structuredClone(event));
  const origin = { shardId: event.shardId, shardCount: SHARD_COUNT, botId: BOT_ID };
  const old = await state.apply(state, event, origin);
  const told: unknown = old === undefined ? undefined : JSON.parse(old);
  if (Array.isArray(expected) && Array.isArray(told)) deepStrictEqual(sorted(told), sorted(expected), event.t);
  else deepStrictEqual(told, expected, `${event.t} ${JSON.stringify(event.d)}`);
}

async function compare(model: NaiveModel, store: AsynchronousStore): Promise<void> {
  const held: [string, unknown][] = [];
  for (const kind of ENTITY_KINDS)
    for (const { ref, value } of await store.list({ kind }))
      held.push([`${kind} ${ref.guildId} ${ref.channelId} ${ref.id}`, JSON.parse(value) as unknown]);
  const modelled = [...model.entries.values()].map(
    ({ kind, guildId, channelId, id, value }) => [`${kind} ${guildId} ${channelId} ${id}`, value] as const,
  );
  deepStrictEqual(new Map(held.toSorted(byName)), new Map(modelled.toSorted(byName)));
  // Nothing else is remembered of guilds that are gone.
  const guilds = [...model.entries.values()].flatMap(({ kind, id, guildId }) =>
    kind === 'guild' ? id : (guildId ?? []),
  );
  const known = (await bed.client.command('SMEMBERS', 'shardgate:guilds')) as string[];
  deepStrictEqual(new Set(known), new Set(guilds));
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : Number(one > other);
}

function sorted(all: readonly unknown[]): string[] {
  return all.map((one) => JSON.stringify(one)).toSorted((one, other) => (one < other ? -1 : 1));
}

function realClock(): State['clock'] {
  return createState({ stores: [createMemoryStore()] }).clock;
}
