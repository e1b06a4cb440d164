import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { canBreak } from '../../../test/services/server-process.ts';
import {
  createMemoryStore,
  createState,
  ENTITY_KINDS,
  type EventOrigin,
  type State,
  type Store,
  type StoreReport,
} from '../src/index.ts';
import { createPostgresStore } from '../src/postgres/index.ts';
import { createRedisStore } from '../src/redis/index.ts';
import { postgresBed, type PostgresBed } from './postgres-bed.ts';
import { redisBed, type RedisBed } from './redis-bed.ts';

/** Within this the state is right again, milliseconds. */
const RIGHT_AGAIN_MS = 30_000;
const ORIGIN: EventOrigin = { shardId: 0, shardCount: 1, botId: '1' };
const GUILDS = ['41771983423143937', '41771983423143938', '41771983423143939'];

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

interface Bed {
  readonly state: State;
  readonly near: Store | undefined;
  readonly far: Store;
  readonly told: string[];
}

/** A state whose guilds have come. */
async function bedOf(far: Store, near?: Store): Promise<Bed> {
  const state = createState({ stores: near === undefined ? [far] : [near, far], kinds: { message: true } });
  const told: string[] = [];
  for (const name of ['stale', 'current', 'overflow', 'rebuild', 'error'] as const)
    state.events.on(name, () => told.push(name));
  await state.start(state);
  endings.push(() => state.stop(state));
  await load(state);
  expect(told).toEqual([]);
  return { state, near, far, told };
}

/** What Discord sends at the beginning of a session. */
async function load(state: State): Promise<void> {
  const guilds = GUILDS.map((id) => ({ id, unavailable: true }));
  await state.apply(state, { t: 'READY', d: { user: { id: '1' }, guilds } }, ORIGIN);
  for (const id of GUILDS) {
    const members = Array.from({ length: 1_200 }, (_, n) => ({ user: { id: String(n + 1) }, roles: [] }));
    const d = { id, name: id, roles: [{ id, name: 'everyone' }], members, member_count: members.length };
    await state.apply(state, { t: 'GUILD_CREATE', d }, ORIGIN);
  }
  await state.apply(state, { t: 'MESSAGE_CREATE', d: { id: '5', channel_id: '6', author: { id: '7' } } }, ORIGIN);
}

async function change(state: State): Promise<void> {
  const d = { guild_id: GUILDS[1], role: { id: '9', name: 'new' } };
  await state.apply(state, { t: 'GUILD_ROLE_CREATE', d }, ORIGIN);
}

async function contents(store: Store): Promise<Map<string, unknown>> {
  const held = new Map<string, unknown>();
  for (const kind of ENTITY_KINDS)
    for (const { ref, value } of await store.list({ kind }))
      held.set(`${kind} ${ref.guildId} ${ref.channelId} ${ref.id}`, JSON.parse(value));
  return held;
}

function report({ state, far }: Bed): StoreReport {
  const found = state.status(state).stores.find(({ name }) => name === far.name);
  if (found === undefined) throw new Error(`there is no store ${far.name}`);
  return found;
}

async function rightAgain(bed: Bed): Promise<void> {
  await expect.poll(() => bed.told.at(-1), { timeout: RIGHT_AGAIN_MS, interval: 20 }).toBe('current');
  expect(bed.told[0]).toBe('stale');
  expect(bed.told).toContain('rebuild');
  expect(report(bed)).toMatchObject({ isStale: false, missingGuilds: 0, missingShards: [] });
}

async function expectEqual({ near, far }: Bed): Promise<void> {
  if (near === undefined) throw new Error('there is no other store');
  const expected = await contents(near);
  expect(expected.size).toBeGreaterThan(3_600);
  expect(await contents(far)).toEqual(expected);
}

describe.skipIf(!canBreak('redis'))('a Redis', () => {
  let redis: RedisBed;
  beforeAll(async () => {
    redis = await redisBed();
  });
  afterAll(() => redis.end());

  test('that is flushed meanwhile is written anew, later changes included', { timeout: 60_000 }, async () => {
    const bed = await bedOf(createRedisStore({ url: redis.url }), createMemoryStore());
    await redis.client.command('FLUSHALL');
    await change(bed.state);
    await rightAgain(bed);
    await expectEqual(bed);
    expect(report(bed).detail).toMatch(/^it came back without its data at/);
  });

  test('of two processes is written anew by each, and alone it asks for its guilds', { timeout: 60_000 }, async () => {
    const bed = await bedOf(createRedisStore({ url: redis.url }), createMemoryStore());
    const other = createState({ stores: [createRedisStore({ url: redis.url })] });
    await other.start(other);
    endings.push(() => other.stop(other));
    const origin = { ...ORIGIN, shardId: 1, shardCount: 2 };
    const d = { guilds: [{ id: String(9n << 22n), unavailable: true }] };
    await other.apply(other, { t: 'READY', d }, origin);
    await redis.client.command('FLUSHALL');
    await change(bed.state);
    await rightAgain(bed);
    // Seen by the second one, though the first has been there before.
    const asked = (): unknown => other.status(other).stores[0];
    await expect.poll(asked, { timeout: 10_000 }).toMatchObject({ isStale: true, missingShards: [1] });
    await other.apply(other, { t: 'READY', d }, origin);
    await expect.poll(asked, { timeout: 10_000 }).toMatchObject({ missingShards: [], missingGuilds: 1 });
    await other.apply(other, { t: 'GUILD_CREATE', d: { id: String(9n << 22n), name: 'b' } }, origin);
    await expect.poll(asked, { timeout: 10_000 }).toMatchObject({ isStale: false, missingGuilds: 0 });
  });

  test(
    'that comes back without its data is written anew, with no event to find it out',
    { timeout: 60_000 },
    async () => {
      const bed = await bedOf(createRedisStore({ url: redis.url }), createMemoryStore());
      await redis.server.kill();
      await redis.server.restart({ empty: true });
      await rightAgain(bed);
      await expectEqual(bed);
    },
  );
});

describe.skipIf(!canBreak('postgres'))('a PostgreSQL', () => {
  let postgres: PostgresBed;
  beforeAll(async () => {
    postgres = await postgresBed();
  });
  afterAll(() => postgres.end());

  test.for([
    ['all of its tables', (schema: string) => `DROP SCHEMA ${schema} CASCADE`],
    ['one of its tables', (schema: string) => `DROP TABLE ${schema}.members CASCADE`],
    ['the one with the guilds', (schema: string) => `DROP TABLE ${schema}.guilds CASCADE`],
  ] as const)('that loses %s gets them again, with what was in them', { timeout: 60_000 }, async ([, drop]) => {
    const schema = postgres.newSchema();
    const bed = await bedOf(createPostgresStore({ url: postgres.url, schema }), createMemoryStore());
    await postgres.sql(drop(schema));
    await change(bed.state);
    const d = { guild_id: GUILDS[0], user: { id: '3' }, roles: ['9'] };
    await bed.state.apply(bed.state, { t: 'GUILD_MEMBER_UPDATE', d }, ORIGIN);
    await bed.state.apply(bed.state, { t: 'GUILD_UPDATE', d: { id: GUILDS[0], name: 'renamed' } }, ORIGIN);
    await rightAgain(bed);
    await expectEqual(bed);
  });

  test(
    'that loses its tables, with no other store at hand, is right when Discord has sent the guilds',
    { timeout: 60_000 },
    async () => {
      const schema = postgres.newSchema();
      const bed = await bedOf(createPostgresStore({ url: postgres.url, schema }));
      const before = await contents(bed.far);
      await postgres.sql(`DROP SCHEMA ${schema} CASCADE`);
      await change(bed.state);
      await expect.poll(() => report(bed), { timeout: 10_000 }).toMatchObject({ isStale: true, missingShards: [0] });
      await load(bed.state);
      await rightAgain(bed);
      const after = await contents(bed.far);
      after.delete(`role ${GUILDS[1]} null 9`);
      expect(after).toEqual(before);
    },
  );
});
