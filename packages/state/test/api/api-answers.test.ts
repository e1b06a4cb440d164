import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeEtf } from '@shardgate/wire';
import { describe, expect, test } from 'vitest';
import { createMemoryStore, guildRef, ownedRef, type StoredEntity, type SynchronousStore } from '../../src/index.ts';
import { createLmdbStore } from '../../src/lmdb/index.ts';
import { C, G, H, put } from '../store-operations.ts';
import { roles, startApi } from './api-bed.ts';

const ETF = { accept: 'application/octet-stream' };

describe('an answer in ETF', () => {
  test('has the same objects as the one in JSON, numbers and marks included', async () => {
    const { write, get } = await startApi();
    write(put(guildRef(G), { id: G, name: 'ÿ😀', n: [1, -2.5, null, true] }), roles(G, 450));
    const etf = async (path: string): Promise<unknown> => {
      const answer = await get(path, ETF);
      expect(answer.headers.get('content-type')).toBe('application/octet-stream');
      return decodeEtf(Buffer.from(await answer.arrayBuffer()));
    };
    expect(await etf(`/guilds/${G}`)).toEqual({ id: G, name: 'ÿ😀', n: [1, -2.5, null, true] });
    expect(await etf('/guilds_count')).toBe(1);
    expect(await etf(`/guilds/${G}/roles`)).toEqual(await (await get(`/guilds/${G}/roles`)).json());
    expect(await etf(`/guilds/${G}/roles?id=4040`)).toEqual([{ id: '4040', is_empty: true }]);
  });

  test('of an empty list is the empty list, two bytes', async () => {
    const { get } = await startApi();
    expect(Buffer.from(await (await get(`/guilds/${G}/roles`, ETF)).arrayBuffer())).toEqual(Buffer.of(131, 106));
  });

  test('is for those only who ask for it', async () => {
    const { write, get } = await startApi();
    write(put(guildRef(G), { id: G }));
    const typeFor = async (accept: string): Promise<string | null> =>
      (await get(`/guilds/${G}`, { accept })).headers.get('content-type');
    expect(await typeFor('*/*')).toContain('json');
    expect(await typeFor('text/html')).toContain('json');
    expect(await typeFor('application/json, application/octet-stream')).toContain('json');
    expect(await typeFor('Application/Octet-Stream;q=1, */*')).toBe('application/octet-stream');
  });
});

describe('a list', () => {
  test('comes whole or in pages', async () => {
    const { write, json } = await startApi();
    write(roles(G, 1_000));
    const ids = async (query: string): Promise<number[]> =>
      ((await json(`/guilds/${G}/roles${query}`)) as { n: number }[]).map(({ n }) => n + 1);
    expect(await ids('')).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
    expect(await ids('?limit=3')).toEqual([1, 2, 3]);
    expect(await ids('?after=998&limit=5')).toEqual([999, 1_000]);
    expect(await ids('?after=300&limit=450')).toEqual(Array.from({ length: 450 }, (_, i) => i + 301));
    expect(await ids('?limit=0')).toEqual([]);
  });

  test('that fails at its beginning is an error, and later ends before its time', async () => {
    let calls = 0;
    let failAt = 1;
    const store = createMemoryStore();
    const { write, get, state } = await startApi(
      {},
      {
        stores: [store],
        list(_, query) {
          if (++calls >= failAt) throw new Error('the disk is gone');
          return store.list(query);
        },
      },
    );
    const told: unknown[] = [];
    state.events.on('error', (event) => told.push(event));
    write(roles(G, 1_000));
    const answer = await get(`/guilds/${G}/roles`);
    expect([answer.status, await answer.text()]).toEqual([503, 'the cache cannot answer']);
    expect(told).toMatchObject([{ where: 'State API', error: { message: 'the disk is gone' } }]);
    [calls, failAt] = [0, 4];
    await expect(get(`/guilds/${G}/roles`).then((cut) => cut.text())).rejects.toThrow('terminated');
  });
});

describe('large answers', () => {
  test.for(['memory', 'lmdb'])('leave in slices, one a turn of the event loop, from a store in %s', async (where) => {
    const folder = await mkdtemp(join(tmpdir(), 'shardgate-api-'));
    const store: SynchronousStore = where === 'memory' ? createMemoryStore() : createLmdbStore({ path: folder });
    let rows = 0;
    let calls = 0;
    const turns: { rows: number; calls: number }[] = [];
    const count = <T>(found: readonly T[]): readonly T[] => {
      rows += found.length;
      calls++;
      return found;
    };
    let isOver = false;
    const tick = (): void => {
      if (rows + calls > 0) turns.push({ rows, calls });
      [rows, calls] = [0, 0];
      if (!isOver) setImmediate(tick);
    };
    const { write, json, get } = await startApi(
      {},
      {
        stores: [store],
        list: (_, query): readonly StoredEntity[] => count(store.list(query)),
        getMany: (_, refs) => count(store.getMany(refs)),
        get: (_, ref) => count([store.get(ref)])[0],
      },
    );
    try {
      const guilds = Array.from({ length: 60 }, (_, i) => String(BigInt(i + 1) << 22n));
      write(...guilds.flatMap((id) => [put(guildRef(id), { id, name: 'a' }), roles(id, 7)]), roles(G, 5_000));
      setImmediate(tick);
      const many = `/guilds/${G}/roles?${Array.from({ length: 900 }, (_, i) => `id=${i + 1}`).join('&')}`;
      const [all, named, found, snapshot] = await Promise.all([
        json(`/guilds/${G}/roles`),
        json(many),
        json(`/guilds/${G}/members?query=nobody`),
        get('/snapshot').then((answer) => answer.text()),
      ]);
      expect(all).toHaveLength(5_000);
      expect(named).toHaveLength(900);
      expect(found).toEqual([]);
      expect(snapshot.trimEnd().split('\n')).toHaveLength(60);
      // Four answers at a time: one slice, and the beginnings of the others.
      expect(Math.max(...turns.map((turn) => turn.rows))).toBeLessThanOrEqual(2 * 200);
      expect(Math.max(...turns.map((turn) => turn.calls))).toBeLessThanOrEqual(2 * 40);
      expect(turns.length).toBeGreaterThan(30);
    } finally {
      isOver = true;
      await rm(folder, { recursive: true });
    }
  });
});

describe('the snapshot', () => {
  test('has each guild on a line, with its lists as GUILD_CREATE has them', async () => {
    const { write, get } = await startApi();
    write(
      put(guildRef(G), { id: G, name: 'one' }),
      put(guildRef(H), {}),
      put(ownedRef('channel', G, C), { id: C }),
      put(ownedRef('member', G, '1'), { user: { id: '1' } }),
      roles(H, 2),
    );
    const answer = await get('/snapshot');
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
    const guilds = (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(guilds[0]).toEqual({
      id: G,
      name: 'one',
      channels: [{ id: C }],
      members: [{ user: { id: '1' } }],
      ...Object.fromEntries(
        'threads roles emojis stickers presences voice_states stage_instances guild_scheduled_events soundboard_sounds'
          .split(' ')
          .map((name) => [name, []]),
      ),
    });
    expect(guilds[1]).toMatchObject({ roles: [{ id: '1' }, { id: '2' }], members: [] });
    const shard = (BigInt(G) >> 22n) % 7n;
    const ofShard = (await (await get(`/snapshot?shard_id=${shard}&shard_count=7`)).text()).trimEnd().split('\n');
    expect(ofShard.some((line) => line.includes('"one"'))).toBe(true);
    const other = await (await get(`/snapshot?shard_id=${(shard + 1n) % 7n}&shard_count=7`)).text();
    expect(other).not.toContain('"one"');
    expect((await get('/snapshot?shard_id=7&shard_count=7')).status).toBe(400);
  });
});
