import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createState, ownedRef, type State } from '../src/index.ts';
import { createPostgresStore } from '../src/postgres/index.ts';
import { postgresBed, type PostgresBed } from './postgres-bed.ts';
import { parsed } from './store-operations.ts';

/** What is asked here is asked as a program does that was written for tatsuworks/gateway, and knows its tables only. */

const GUILD = '197038439483310086';
const [GENERAL, THREAD, ROLE, EMOJI, ANN, BOB] = [
  '41771983423143937',
  '41771983423143990',
  '41771983423143936',
  '41771983429993937',
  '80351110224678912',
  '80351110224678913',
];

let bed: PostgresBed;
beforeAll(async () => {
  bed = await postgresBed();
});
afterAll(() => bed.end());

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function started(schema: string): Promise<(t: string, d: unknown) => Promise<void>> {
  const state: State = createState({
    stores: [createPostgresStore({ url: bed.url, schema })],
    kinds: { presence: true, message: true },
    waitMs: 60_000,
  });
  await state.start(state);
  endings.push(() => state.stop(state));
  return async (t, d) => {
    await state.apply(state, { t, d }, { shardId: 0, shardCount: 1, botId: '1' });
  };
}

const guildCreate = {
  id: GUILD,
  name: 'Discord Testers',
  owner_id: ANN,
  features: ['COMMUNITY'],
  member_count: 2,
  channels: [{ id: GENERAL, type: 0, name: 'general' }],
  threads: [{ id: THREAD, type: 11, owner_id: BOB, parent_id: GENERAL, guild_id: GUILD, name: 'a thread' }],
  roles: [{ id: ROLE, name: 'WE DEM BOYZZ!!!!!!', permissions: '66321471' }],
  emojis: [{ id: EMOJI, name: 'LUL', animated: false }],
  members: [
    {
      user: { id: ANN, username: 'ann', global_name: 'Ann' },
      nick: null,
      roles: [ROLE],
      joined_at: '2015-04-26T06:26:56.936000+00:00',
    },
    {
      user: { id: BOB, username: 'bob', global_name: null },
      nick: 'Bobby',
      roles: [],
      joined_at: '2015-04-26T06:26:56.936000+00:00',
    },
  ],
  presences: [{ user: { id: ANN }, status: 'online', activities: [] }],
  voice_states: [{ user_id: BOB, channel_id: GENERAL, session_id: 'x', deaf: false }],
  stickers: [],
};

/** One row with the column `data`. */
async function dataOf(text: string, ...values: unknown[]): Promise<unknown[]> {
  return (await bed.sql<{ data: unknown }>(text, values)).map(({ data }) => data);
}

test('a guild that came is in every table where its readers look for it', async () => {
  const s = bed.newSchema();
  const apply = await started(s);
  await apply('GUILD_CREATE', guildCreate);
  const [guild] = (await dataOf(`SELECT data FROM ${s}.guilds WHERE id = $1`, GUILD)) as Record<string, unknown>[];
  expect(guild).toMatchObject({ id: GUILD, name: 'Discord Testers', owner_id: ANN, member_count: 2 });
  for (const list of ['channels', 'threads', 'roles', 'emojis', 'members', 'presences', 'voice_states'])
    expect(guild).not.toHaveProperty(list);
  expect(await bed.sql(`SELECT count(*)::int AS n FROM ${s}.guilds`)).toEqual([{ n: 1 }]);
  expect(await bed.sql(`SELECT id::text FROM ${s}.guilds_persistent`)).toEqual([{ id: GUILD }]);
  expect(await dataOf(`SELECT data FROM ${s}.channels WHERE id = $1`, GENERAL)).toMatchObject([
    { id: GENERAL, name: 'general' },
  ]);
  expect(await dataOf(`SELECT data FROM ${s}.channels WHERE guild_id = $1`, GUILD)).toHaveLength(1);
  expect(await dataOf(`SELECT data FROM ${s}.roles WHERE guild_id = $1 AND id = $2`, GUILD, ROLE)).toEqual(
    guildCreate.roles,
  );
  expect(await dataOf(`SELECT data FROM ${s}.emojis WHERE guild_id = $1`, GUILD)).toEqual(guildCreate.emojis);
  const presence = `SELECT data FROM ${s}.presence WHERE guild_id = $1 AND user_id = $2`;
  expect(await dataOf(presence, GUILD, ANN)).toMatchObject([{ status: 'online' }]);
  expect(
    await dataOf(`SELECT data FROM ${s}.voice_states WHERE guild_id = $1 AND user_id = $2`, GUILD, BOB),
  ).toMatchObject([{ channel_id: GENERAL }]);
  const threads = await bed.sql(
    `SELECT id::text, owner_id::text, parent_id::text, guild_id::text, data->>'name' AS name FROM ${s}.threads WHERE parent_id = $1`,
    [GENERAL],
  );
  expect(threads).toEqual([{ id: THREAD, owner_id: BOB, parent_id: GENERAL, guild_id: GUILD, name: 'a thread' }]);
});

test('members are found by user, by name, by role and by when they were written', async () => {
  const s = bed.newSchema();
  const apply = await started(s);
  await apply('GUILD_CREATE', guildCreate);
  const newer = { ...guildCreate.members[0], guild_id: GUILD, nick: 'Annie', user: { id: ANN, username: 'ann2' } };
  const [before] = await bed.sql<{ last_updated: Date }>(`SELECT last_updated FROM ${s}.members WHERE user_id = $1`, [
    ANN,
  ]);
  await apply('GUILD_MEMBER_UPDATE', newer);
  const [after] = await bed.sql<{ last_updated: Date }>(`SELECT last_updated FROM ${s}.members WHERE user_id = $1`, [
    ANN,
  ]);
  expect(Number(after?.last_updated)).toBeGreaterThan(Number(before?.last_updated));
  expect(
    await bed.sql(
      `SELECT data->'user'->>'username' AS name FROM ${s}.members WHERE user_id = $1 ORDER BY last_updated DESC LIMIT 1`,
      [ANN],
    ),
  ).toEqual([{ name: 'ann2' }]);
  const search = `SELECT user_id::text FROM ${s}.members WHERE guild_id = $1
    AND (data->'user'->>'username' ILIKE $2 OR data->>'nick' ILIKE $2)`;
  expect(await bed.sql(search, [GUILD, '%bobb%'])).toEqual([{ user_id: BOB }]);
  const withRole = `SELECT user_id::text AS id FROM ${s}.members WHERE guild_id = $1 AND data->'roles' ? $2`;
  expect(await bed.sql(withRole, [GUILD, ROLE])).toEqual([{ id: ANN }]);
});

test('an outage leaves a guild known, and leaving takes it and all that was in it', async () => {
  const s = bed.newSchema();
  const apply = await started(s);
  await apply('GUILD_CREATE', guildCreate);
  await apply('GUILD_DELETE', { id: GUILD, unavailable: true });
  expect(await bed.sql(`SELECT id::text FROM ${s}.guilds_persistent`)).toEqual([{ id: GUILD }]);
  expect(await dataOf(`SELECT data FROM ${s}.guilds`)).toMatchObject([{ name: 'Discord Testers', unavailable: true }]);
  await apply('GUILD_DELETE', { id: GUILD });
  for (const table of [
    'guilds',
    'guilds_persistent',
    'channels',
    'threads',
    'roles',
    'emojis',
    'members',
    'presence',
    'voice_states',
  ])
    expect(await bed.sql(`SELECT * FROM ${s}.${table}`), table).toEqual([]);
});

describe('a database that tatsuworks/gateway has filled', () => {
  /** The tables as that project describes them. */
  const tables = (s: string): string => `
    CREATE SCHEMA ${s};
    CREATE UNLOGGED TABLE ${s}.guilds (id int8 NOT NULL PRIMARY KEY, data jsonb NOT NULL);
    CREATE TABLE ${s}.guilds_persistent (id int8 NOT NULL PRIMARY KEY);
    ${['channels', 'roles', 'emojis']
      .map(
        (
          name,
        ) => `CREATE UNLOGGED TABLE ${s}.${name} (id int8 NOT NULL, guild_id int8 NOT NULL, data jsonb NOT NULL, PRIMARY KEY (id, guild_id));
                   CREATE INDEX ${name}_guild_id ON ${s}.${name} (guild_id);`,
      )
      .join('\n')}
    CREATE UNLOGGED TABLE ${s}.members (guild_id int8 NOT NULL, user_id int8 NOT NULL, data jsonb NOT NULL,
      last_updated timestamp DEFAULT now(), PRIMARY KEY (guild_id, user_id));
    CREATE UNLOGGED TABLE ${s}.presence (user_id int8 NOT NULL, guild_id int8 NOT NULL, data jsonb NOT NULL, PRIMARY KEY (user_id, guild_id));
    CREATE UNLOGGED TABLE ${s}.threads (id int8 NOT NULL PRIMARY KEY, owner_id int8 NOT NULL, parent_id int8 NOT NULL, guild_id int8 NOT NULL, data jsonb NOT NULL);
    CREATE UNLOGGED TABLE ${s}.voice_states (guild_id int8 NOT NULL, user_id int8 NOT NULL, data jsonb NOT NULL, PRIMARY KEY (guild_id, user_id));
    CREATE UNLOGGED TABLE ${s}.messages (id int8 NOT NULL PRIMARY KEY, data jsonb NOT NULL);
    CREATE UNLOGGED TABLE ${s}.shards (id int NOT NULL, name text NOT NULL, seq int8, sess text, status text DEFAULT '', resume_url text DEFAULT '', PRIMARY KEY (id, name));
    INSERT INTO ${s}.guilds VALUES (${GUILD}, '{"id": "${GUILD}", "name": "old"}');
    INSERT INTO ${s}.roles VALUES (${ROLE}, ${GUILD}, '{"id": "${ROLE}", "name": "old"}');
    INSERT INTO ${s}.shards VALUES (3, 'gateway', 42, 'session', '', 'wss://resume');`;

  test('is taken over with what is in it, is logged from then on, and can still be written to by it', async () => {
    const s = bed.newSchema();
    await bed.sql(tables(s));
    const apply = await started(s);
    const store = createPostgresStore({ url: bed.url, schema: s, name: 'reader' });
    await store.open({ clock: createState({ stores: [store] }).clock, ttlMs: {}, messagesPerChannel: undefined });
    endings.push(() => store.close());
    expect(parsed(await store.get(ownedRef('role', GUILD, ROLE)))).toEqual({ id: ROLE, name: 'old' });
    await apply('GUILD_CREATE', guildCreate);
    await apply('MESSAGE_CREATE', {
      id: '5',
      channel_id: GENERAL,
      guild_id: GUILD,
      content: 'hi',
      author: { id: ANN },
    });
    expect(parsed(await store.get(ownedRef('role', GUILD, ROLE)))).toEqual(guildCreate.roles[0]);
    expect(await dataOf(`SELECT data FROM ${s}.messages WHERE id = 5`)).toMatchObject([{ content: 'hi' }]);
    const unlogged = `SELECT relname FROM pg_class WHERE relnamespace = '${s}'::regnamespace AND relkind = 'r' AND relpersistence = 'u'`;
    expect(await bed.sql(unlogged)).toEqual([]);
    expect(await bed.sql(`SELECT sess, seq::int, resume_url, shard_count FROM ${s}.shards WHERE id = 3`)).toEqual([
      { sess: 'session', seq: 42, resume_url: 'wss://resume', shard_count: null },
    ]);
    // As the original writes: columns by name, what it does not know left out.
    await bed.sql(
      `INSERT INTO ${s}.members (guild_id, user_id, data) VALUES ($1, $2, '{"nick": "theirs"}'), ($1, 7, '{"nick": "new"}')
       ON CONFLICT (guild_id, user_id) DO UPDATE SET data = excluded.data`,
      [GUILD, ANN],
    );
    await bed.sql(
      `INSERT INTO ${s}.shards (id, name, seq, sess) VALUES (3, 'gateway', 43, 'session')
       ON CONFLICT (id, name) DO UPDATE SET seq = excluded.seq, sess = excluded.sess`,
    );
    const members = await store.list({ kind: 'member', guildId: GUILD, after: '0' });
    expect(members.map(({ ref, value }) => [ref.id, (parsed(value) as { nick: unknown }).nick])).toEqual([
      ['7', 'new'],
      [ANN, 'theirs'],
      [BOB, 'Bobby'],
    ]);
  });
});
