import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAuthority } from '../../../test/beds/certificate.ts';
import { freePort } from '../../../test/beds/free-port.ts';
import { startPostgres, type PostgresServer } from '../../../test/services/postgres.ts';
import { startRedis, type RedisServer } from '../../../test/services/redis.ts';
import { examineStores } from '../src/service/examine-stores.ts';
import { load } from './configuration-folder.ts';

const PASSWORD = 'canary-password';

let folder = '';
let redis: RedisServer;
let postgres: PostgresServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shardgate-examine-'));
  redis = await startRedis();
  postgres = await startPostgres({ args: ['-c', 'fsync=off'] });
});

afterAll(async () => {
  await redis.end();
  await postgres.end();
  await rm(folder, { recursive: true, force: true });
});

/** What is found of stores, one line each. */
async function found(stores: readonly object[], enabled = true): Promise<string[]> {
  const file = JSON.stringify({ folder, state: { enabled, stores } });
  const { configuration } = await load({ 'shardgate.config.json': file });
  const lines: string[] = [];
  for await (const { verdict, subject, text } of examineStores(configuration))
    lines.push(`${verdict} ${subject}: ${text}`);
  return lines;
}

it('stores that answer and can be written are good', async () => {
  const stores = [
    { type: 'memory' },
    { type: 'lmdb' },
    { type: 'redis', url: redis.url },
    { type: 'postgres', url: postgres.url },
    { type: 'postgres', name: 'new', url: postgres.url, schema: 'not_there_yet' },
  ];
  expect(await found(stores)).toEqual([
    "good store 'memory': in memory",
    `good store 'lmdb': ${join(folder, 'state')} can be written to`,
    expect.stringMatching(/^good store 'redis': Redis \d+\.\S+ answers and can be written$/),
    expect.stringMatching(/^good store 'postgres': PostgreSQL \d+\S* answers and can be written$/),
    expect.stringMatching(/^good store 'new': /),
  ]);
  // A look leaves nothing behind.
  const client = createClient({ url: redis.url });
  await client.connect();
  expect(await client.keys('*')).toEqual([]);
  client.destroy();
  const pool = new pg.Pool({ connectionString: postgres.url });
  const { rows } = await pool.query("SELECT FROM pg_namespace WHERE nspname = 'not_there_yet'");
  await pool.end();
  expect(rows).toEqual([]);
});

it('without a cache only a Redis with keys of its own is looked at', async () => {
  const stores = [{ type: 'memory' }, { type: 'redis', url: redis.url, informationKeys: 'always' }];
  expect(await found(stores, false)).toEqual([expect.stringMatching(/^good store 'redis'/)]);
});

it('what cannot be reached, or written, is bad, and no password is shown', async () => {
  const nobody = `127.0.0.1:${await freePort()}`;
  await writeFile(join(folder, 'a-file'), '');
  const client = createClient({ url: redis.url });
  await client.connect();
  await client.sendCommand(['ACL', 'SETUSER', 'reader', 'on', `>${PASSWORD}`, '~*', '+@read', '+@connection', '+info']);
  await client.configSet('maxmemory-policy', 'allkeys-lru');
  const pool = new pg.Pool({ connectionString: postgres.url });
  await pool.query(`CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}'; REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
  const reader = (url: string): string => url.replace(/\/\/(\w+@)?/, `//reader:${PASSWORD}@`);
  const lines = await found([
    { type: 'lmdb', path: 'a-file/state' },
    { type: 'redis', name: 'nobody', url: `redis://:${PASSWORD}@${nobody}` },
    { type: 'redis', name: 'reader', url: reader(redis.url) },
    { type: 'redis', name: 'forgetful', url: redis.url },
    { type: 'postgres', name: 'nobody2', url: `postgres://u:${PASSWORD}@${nobody}/db` },
    { type: 'postgres', name: 'reader2', url: reader(postgres.url) },
    { type: 'postgres', name: 'schemaless', url: reader(postgres.url), schema: 'cache' },
    { type: 'redis', name: 'uncertified', url: redis.url, tls: { caFile: 'not-there.pem' } },
  ]);
  await pool.query('DROP ROLE reader; GRANT CREATE ON SCHEMA public TO PUBLIC');
  await pool.end();
  await client.configSet('maxmemory-policy', 'noeviction');
  client.destroy();
  expect(lines).toEqual([
    expect.stringMatching(/^bad store 'lmdb': .* cannot be written to \(ENOTDIR\)$/),
    expect.stringMatching(new RegExp(`^bad store 'nobody': Redis ${nobody} cannot be reached: .*ECONNREFUSED`)),
    expect.stringMatching(/^bad store 'reader': .* does not allow this user a command or key that is needed$/),
    expect.stringMatching(/^doubtful store 'forgetful': .* set it to noeviction$/),
    expect.stringMatching(/^bad store 'nobody2': PostgreSQL .* cannot be reached: .*ECONNREFUSED/),
    expect.stringMatching(/^bad store 'reader2': .* GRANT CREATE, USAGE ON SCHEMA public TO …$/),
    expect.stringMatching(/^bad store 'schemaless': .* CREATE SCHEMA cache AUTHORIZATION …$/),
    "bad store 'uncertified': tls.caFile of the store 'uncertified' (state.stores) cannot be read: not-there.pem (ENOENT)",
  ]);
  expect(lines.join()).not.toContain(PASSWORD);
});

it('TLS goes by the files of the configuration', async () => {
  const authority = createAuthority('test authority');
  const server = authority.issue({ host: 'cache.test' });
  const bot = authority.issue({ host: 'bot.test' });
  const files = { 'ca.pem': authority.cert, 'server.pem': server.cert, 'server.key': server.key };
  for (const [name, text] of Object.entries({ ...files, 'bot.pem': bot.cert, 'bot.key': bot.key }))
    await writeFile(join(folder, name), text, { mode: 0o600 });
  const port = await freePort();
  const guarded = await startRedis({
    args: [
      ...['--tls-port', String(port), '--tls-ca-cert-file', join(folder, 'ca.pem')],
      ...['--tls-cert-file', join(folder, 'server.pem'), '--tls-key-file', join(folder, 'server.key')],
    ],
  });
  const url = `rediss://127.0.0.1:${port}`;
  const noCertificate = { caFile: 'ca.pem', serverName: 'cache.test' };
  const tls = { ...noCertificate, certFile: 'bot.pem', keyFile: 'bot.key' };
  const lines = await found([
    { type: 'redis', name: 'right', url, tls },
    { type: 'redis', name: 'distrusting', url, tls: { ...tls, caFile: 'bot.pem' } },
    { type: 'redis', name: 'nameless', url, tls: { ...tls, serverName: 'other.test' } },
    { type: 'redis', name: 'unshown', url, tls: noCertificate },
  ]);
  await guarded.end();
  expect(lines.map((line) => line.split(':', 1)[0])).toEqual([
    "good store 'right'",
    "bad store 'distrusting'",
    "bad store 'nameless'",
    "bad store 'unshown'",
  ]);
});
