import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createAuthority } from '../../../test/beds/certificate.ts';
import { canBreak } from '../../../test/services/server-process.ts';
import { systemClock } from '../src/ports/clock.ts';
import { ownedRef, type AsynchronousStore, type Replaced, type StoreContext } from '../src/index.ts';
import { createPostgresStore, type PostgresStoreOptions } from '../src/postgres/index.ts';
import { loadPg } from '../src/postgres/load-pg.ts';
import { postgresBed, type PostgresBed } from './postgres-bed.ts';
import { testStore } from './store-contract.ts';
import { G, parsed, put, putAll, read, replaceAll, told, values } from './store-operations.ts';

const CONTEXT: StoreContext = { clock: systemClock, ttlMs: {}, messagesPerChannel: undefined };

/** Whether servers are started for these tests, and so may be stopped and set up in other ways. */
const isOwn = canBreak('postgres');

let bed: PostgresBed;
beforeAll(async () => {
  bed = await postgresBed();
});
afterAll(() => bed.end());

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function opened(options: Partial<PostgresStoreOptions> = {}): Promise<AsynchronousStore> {
  const store = createPostgresStore({ url: bed.url, schema: bed.newSchema(), ...options });
  await store.open(CONTEXT);
  endings.push(() => store.close());
  return store;
}

testStore('a PostgreSQL store', async () => {
  const schema = bed.newSchema();
  const make = async (): Promise<AsynchronousStore> => createPostgresStore({ url: bed.url, schema });
  return { make, reopen: make, expiresByClock: true };
});

describe('what PostgreSQL does not take', () => {
  test('of texts is written as something that can be read', async () => {
    const store = await opened();
    const ref = ownedRef('role', G, '1');
    const odd = { id: '1', ['na\0me']: 'a\0b', half: 'x\ud800y', escaped: '\\u0000', pair: '😀', list: ['\0'] };
    await store.apply([{ ...put(ref, odd), value: JSON.stringify(odd).replace('😀', String.raw`\ud83d\ude00`) }]);
    const expected = { id: '1', ['na␀me']: 'a␀b', half: 'x\ufffdy', escaped: '\\u0000', pair: '😀', list: ['␀'] };
    expect(parsed(await store.get(ref))).toEqual(expected);
    const merged = {
      op: 'merge',
      ref,
      fields: { name: '\0', ['na\0me']: undefined },
      createIfAbsent: false,
      tellOld: true,
    } as const;
    expect(told(await store.apply([merged]))).toEqual([expected]);
    expect(parsed(await store.get(ref))).toMatchObject({ name: '␀', pair: '😀' });
    expect(parsed(await store.get(ref))).not.toHaveProperty('na␀me');
  });

  test('of anything is left out, said by the status, and holds up nothing else', async () => {
    const store = await opened();
    const [one, other] = [ownedRef('role', G, '1'), ownedRef('role', G, '2')];
    const broken = '{"v":';
    const replaced = await store.apply([
      put(one, { v: 1 }),
      { ...put(other, {}), value: broken },
      put(ownedRef('role', G, '18446744073709551615'), {}),
      put(ownedRef('role', 'guild', '1'), {}),
      {
        ...putAll('member', G, { 7: 'a' }),
        entries: [
          { id: '7', value: '{"v":"a"}' },
          { id: '8', value: broken },
        ],
        tellOld: true,
      },
      {
        ...replaceAll('emoji', G, {}),
        entries: [
          { id: '8', value: broken },
          { id: '9', value: '{"v":"b"}' },
        ],
        tellOld: true,
      },
      {
        ...putAll('sticker', G, {}),
        entries: [
          { id: '1', value: '{"v":"c"}' },
          { id: '2', value: broken },
        ],
      },
      { ...put(one, { v: 2 }), tellOld: true },
    ]);
    expect(told(replaced)).toEqual([undefined, undefined, undefined, undefined, [], [], undefined, { v: 1 }]);
    expect(await read(store, [one, other])).toEqual([{ v: 2 }, undefined]);
    expect(await values(store, { kind: 'member' })).toEqual({ 7: 'a' });
    expect(await values(store, { kind: 'emoji' })).toEqual({ 9: 'b' });
    expect(store.status()).toMatchObject({
      isReady: true,
      detail: expect.stringMatching(/^4 objects could not be written/),
    });
    expect(await store.getMany([ownedRef('role', 'guild', '1')])).toEqual([undefined]);
    expect(await store.list({ kind: 'role', guildId: 'guild' })).toEqual([]);
  });
});

test('a batch of many megabytes goes in parts, in its order, and tells all it replaced', async () => {
  const store = await opened({ statementTimeoutMs: 30_000 });
  const entries = Array.from({ length: 900 }, (_, i) => ({
    id: String(i + 1),
    value: JSON.stringify({ v: i, text: 'x'.repeat(10_000) }),
  }));
  const all = { op: 'replaceAll', kind: 'member', guildId: G, entries, parentIds: null, tellOld: true } as const;
  const last = { ...put(ownedRef('member', G, '900'), { v: 'last' }), tellOld: true };
  const [first, second] = [await store.apply([all, last]), await store.apply([all, last])];
  const brief = (old: Replaced): unknown => (typeof old === 'object' ? old.length : (parsed(old) as { v: unknown }).v);
  expect([first.map(brief), second.map(brief)]).toEqual([
    [0, 899],
    [900, 899],
  ]);
  expect((await store.counts()).member).toBe(900);
  expect(parsed(await store.get(ownedRef('member', G, '900')))).toEqual({ v: 'last' });
});

describe('opening', () => {
  test('makes the tables once, however many processes open at the same time', async () => {
    const schema = bed.newSchema();
    const stores = await Promise.all([0, 1, 2].map(() => opened({ schema })));
    for (const [i, store] of stores.entries()) await store.apply([put(ownedRef('role', G, String(i + 1)), { i })]);
    expect((await stores[0]?.counts())?.role).toBe(3);
    expect(await bed.sql(`SELECT version FROM ${schema}.shardgate_schema`)).toEqual([{ version: 1 }]);
  });

  test('refuses tables of a later version', async () => {
    const schema = bed.newSchema();
    await opened({ schema });
    await bed.sql(`INSERT INTO ${schema}.shardgate_schema (version) VALUES (99)`);
    await expect(opened({ schema })).rejects.toThrow(/of version 99.* knows 1: update @shardgate\/state/);
  });

  test.skipIf(!isOwn)('names what is wrong, and never the password', async () => {
    const hba = join(tmpdir(), `shardgate-hba-${process.pid}.conf`);
    await writeFile(hba, 'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n', {
      mode: 0o644,
    });
    endings.push(() => rm(hba));
    const guarded = await postgresBed(['-c', `hba_file=${hba}`]);
    endings.push(() => guarded.end());
    await guarded.sql("CREATE ROLE bot LOGIN PASSWORD 'right-password'");
    const failure = async (url: string): Promise<string> => {
      const store = createPostgresStore({ url });
      const error: unknown = await store.open(CONTEXT).catch((reason: unknown) => reason);
      return inspect([error, store, store.status()], { depth: 9, showHidden: true });
    };
    const place = `${guarded.server.host}:${guarded.server.port}`;
    const wrong = await failure(`postgres://bot:wrong-password@${place}/postgres`);
    expect(wrong).toContain(
      `the store postgres cannot be opened: PostgreSQL ${place}/postgres refuses the user name or password`,
    );
    expect(wrong).not.toContain('wrong-password');
    expect(await failure(`postgres://bot@${place}/postgres`)).toContain('asks for a password, and none was given');
    const right = `postgres://bot:right-password@${place}`;
    expect(await failure(`${right}/nowhere`)).toContain('has no such database; create it');
    const unallowed = await failure(`${right}/postgres`);
    expect(unallowed).toMatch(
      /does not allow this user what is needed; it has to own the schema, or to be granted CREATE on it/,
    );
    expect(unallowed).not.toContain('right-password');
    await guarded.server.kill();
    expect(await failure(`${right}/postgres`)).toMatch(/cannot be reached: .*ECONNREFUSED/);
  });

  test.skipIf(!isOwn)('goes over TLS, with an authority of its own', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shardgate-tls-'));
    endings.push(() => rm(folder, { recursive: true }));
    const authority = createAuthority('test authority');
    const { cert, key } = authority.issue({ host: 'db.test' });
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    await writeFile(certFile, cert, { mode: 0o644 });
    await writeFile(keyFile, key, { mode: 0o600 });
    await giveToPostgres(folder, certFile, keyFile);
    const files = ['-c', `ssl_cert_file=${certFile}`, '-c', `ssl_key_file=${keyFile}`];
    const guarded = await postgresBed(['-c', 'ssl=on', ...files]);
    endings.push(() => guarded.end());
    const url = `${guarded.url}?sslmode=verify-full`;
    const distrusting = createPostgresStore({ url: guarded.url, tls: { servername: 'db.test' } });
    await expect(distrusting.open(CONTEXT)).rejects.toThrow(/cannot be reached: .*certificate/);
    const store = createPostgresStore({ url: guarded.url, tls: { ca: authority.cert, servername: 'db.test' } });
    await store.open(CONTEXT);
    endings.push(() => store.close());
    await store.apply([put(ownedRef('role', G, '1'), { v: 1 })]);
    expect(await values(store, { kind: 'role' })).toEqual({ 1: 1 });
    const over = await guarded.sql<{ ssl: boolean }>(
      "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'shardgate'",
    );
    expect(over.map(({ ssl }) => ssl)).toEqual([true, true]);
    await expect(createPostgresStore({ url }).open(CONTEXT)).rejects.toThrow(/certificate/);
  });

  test.skipIf(!isOwn)('goes over a UNIX socket', async () => {
    const [setting] = await bed.sql<{ folder: string }>('SELECT setting AS folder FROM pg_settings WHERE name = $1', [
      'unix_socket_directories',
    ]);
    const url = `postgres:///postgres?host=${setting?.folder ?? ''}&port=${bed.server.port}&user=postgres`;
    const store = await opened({ url });
    await store.apply([put(ownedRef('role', G, '1'), { v: 1 })]);
    expect(await values(store, { kind: 'role' })).toEqual({ 1: 1 });
  });

  test('says which package is missing', async () => {
    const missing = Object.assign(new Error("Cannot find package 'pg'"), { code: 'ERR_MODULE_NOT_FOUND' });
    await expect(loadPg(() => Promise.reject(missing))).rejects.toThrow('npm install pg');
  });
});

test('wrong options are named, all at once, and the address is not shown', () => {
  const wrong = { url: 'mysql://bot:secret@localhost/x', shema: 'a', readConnections: 0, schema: 'a; DROP' };
  const make = (): unknown => createPostgresStore(wrong);
  expect(make).toThrow("createPostgresStore has no option 'shema'; did you mean 'schema'?");
  expect(make).toThrow(/'url' is not shown: expected a postgres:\/\/ address/);
  expect(make).toThrow(/'readConnections' is 0/);
  expect(make).toThrow(/'schema' is 'a; DROP': expected a name of letters/);
  expect(make).not.toThrow(/secret/);
});

describe.skipIf(!isOwn)('a server that does not answer', () => {
  test('never carries out what it got before after what it got later', { timeout: 60_000 }, async () => {
    const store = await opened({ statementTimeoutMs: 200, backOff: { baseMs: 20, capMs: 100 } });
    const ref = ownedRef('role', G, '1');
    await store.apply([put(ref, { v: 0 })]);
    const [writer] = await bed.sql<{ pid: number }>(
      "SELECT pid FROM pg_locks WHERE locktype = 'advisory' ORDER BY pid DESC",
    );
    const pid = writer?.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      await expect(store.apply([put(ref, { v: 1 })])).rejects.toThrow(/no answer within 1200 ms/);
      // The server still has it, and may come to it at any time: until then nothing else is written.
      for (let tries = 0; tries < 5; tries++) {
        await expect(store.apply([put(ref, { v: 2 })])).rejects.toThrow(/PostgreSQL/);
        await wait(100);
      }
      expect(parsed(await store.get(ref))).toEqual({ v: 0 });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await until(() => store.status().isReady);
    await store.apply([put(ref, { v: 2 })]);
    await until(async () => (await bed.sql('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid])).length === 0);
    expect(parsed(await store.get(ref))).toEqual({ v: 2 });
  });

  test(
    'makes calls fail in time, is reached again by itself, and can be closed meanwhile',
    { timeout: 60_000 },
    async () => {
      const own = await postgresBed();
      endings.push(() => own.end());
      const settings = {
        url: own.url,
        statementTimeoutMs: 100,
        connectTimeoutMs: 500,
        backOff: { baseMs: 20, capMs: 100 },
      };
      const [store, closing] = [createPostgresStore(settings), createPostgresStore(settings)];
      for (const each of [store, closing]) await each.open(CONTEXT);
      endings.push(() => store.close());
      const ref = ownedRef('role', G, '1');
      await Promise.all([store, closing].map((each) => each.get(ref)));
      own.server.pause();
      await expect(store.apply([put(ref, {})])).rejects.toThrow(
        /PostgreSQL 127\.0\.0\.1:\d+\/postgres cannot be reached/,
      );
      await expect(store.get(ref)).rejects.toThrow(/PostgreSQL/);
      expect(store.status()).toMatchObject({ isReady: false, detail: expect.stringContaining('cannot be reached') });
      await closing.close();
      own.server.resume();
      await until(() => store.status().isReady);
      await store.apply([put(ref, { v: 1 })]);
      await own.server.kill();
      await until(() => !store.status().isReady);
      await expect(store.apply([put(ref, {})])).rejects.toThrow(/PostgreSQL/);
      await own.server.restart();
      await until(() => store.status().isReady);
      // What was confirmed outlives the crash.
      await until(async () => (await store.get(ref).catch(() => undefined)) === '{"v": 1}');
    },
  );
});

/** PostgreSQL wants its key to be its own, and does not run as root. */
async function giveToPostgres(...paths: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((text) => text.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  for (const path of paths) await chown(path, Number(uid), Number(gid));
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within 20 s: ${condition.toString()}`);
    await wait(20);
  }
}
