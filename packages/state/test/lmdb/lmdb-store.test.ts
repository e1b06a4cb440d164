import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '@shardgate/simulator';
import { afterEach, describe, expect, test } from 'vitest';
import {
  guildRef,
  ownedRef,
  type AsynchronousStore,
  type StoreContext,
  type SynchronousStore,
} from '../../src/index.ts';
import { createLmdbStore } from '../../src/lmdb/index.ts';
import { loadingFault } from '../../src/lmdb/load-lmdb.ts';
import { testStore } from '../store-contract.ts';
import { G, put, putAll, remove } from '../store-operations.ts';

const folders: string[] = [];
const stores: SynchronousStore[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shardgate-lmdb-'));
  folders.push(folder);
  return folder;
}

function context(policy: Partial<StoreContext> = {}): StoreContext {
  return { clock: createVirtualClock(), ttlMs: {}, messagesPerChannel: undefined, ...policy };
}

async function opened(path: string, policy: Partial<StoreContext> = {}): Promise<SynchronousStore> {
  const store = createLmdbStore({ path });
  await store.open(context(policy));
  stores.push(store);
  return store;
}

testStore('an LMDB store', async () => {
  const path = join(await emptyFolder(), 'deep', 'state');
  const make = async (): Promise<SynchronousStore> => createLmdbStore({ path });
  return { make, reopen: make, expiresByClock: true };
});

testStore('an LMDB store that is closed and opened after each write', async () => {
  const path = await emptyFolder();
  return { make: async () => reopening(path), reopen: async () => reopening(path), expiresByClock: true };
});

/** What is read was written by a process of earlier, as far as the store can know. */
function reopening(path: string): AsynchronousStore {
  let store = createLmdbStore({ path });
  let last: StoreContext;
  return {
    name: 'reopening',
    isSynchronous: false,
    open: (given) => store.open((last = given)),
    async apply(operations) {
      const replaced = store.apply(operations);
      await store.close();
      store = createLmdbStore({ path });
      await store.open(last);
      return replaced;
    },
    get: async (ref) => store.get(ref),
    getMany: async (refs) => store.getMany(refs),
    list: async (query) => store.list(query),
    counts: async () => store.counts(),
    status: () => store.status(),
    close: () => store.close(),
  };
}

describe('an LMDB store', () => {
  test('is written by one process, whose number the other is told', async () => {
    const path = await emptyFolder();
    await opened(path);
    const second = createLmdbStore({ path });
    await expect(second.open(context())).rejects.toThrow(`written by process ${process.pid}`);
    await stores.splice(0)[0]?.close();
    await opened(path);
  });

  test('that is not open says so', async () => {
    const store = createLmdbStore({ path: await emptyFolder() });
    expect(store.status()).toEqual({ isReady: false });
    expect(() => store.get(guildRef(G))).toThrow('is not open');
  });

  test('refuses what is no id and finds nothing under it', async () => {
    const store = await opened(await emptyFolder());
    expect(() => store.apply([put(guildRef('not-an-id'), {})])).toThrow("'not-an-id' is not an id");
    expect(store.get(ownedRef('role', G, '../1'))).toBeUndefined();
    expect(store.list({ kind: 'role', guildId: '0x1' })).toEqual([]);
    expect(store.list({ kind: 'role', guildId: G, after: 'x' })).toEqual([]);
  });

  test('keeps ids of any length apart and in order', async () => {
    const store = await opened(await emptyFolder());
    const ids = ['1', '999999999', '1000000000', '197038439483310086', '18446744073709551615'];
    store.apply(ids.toReversed().map((id) => put(ownedRef('role', G, id), { id })));
    await stores.splice(0)[0]?.close();
    expect(store.status().isReady).toBe(false);
    const again = createLmdbStore({ path: folders[0] ?? '' });
    await again.open(context());
    stores.push(again);
    expect(again.list({ kind: 'role', guildId: G, limit: 9 }).map(({ ref }) => ref.id)).toEqual(ids);
    expect(again.list({ kind: 'role', guildId: G, after: '999999999', limit: 1 }).map(({ ref }) => ref.id)).toEqual([
      '1000000000',
    ]);
  });

  test('begins to write at the end of its interval, and reads the same before, during and after', async () => {
    const path = await emptyFolder();
    const clock = createVirtualClock();
    const store = await opened(path, { clock });
    const list = (): string[] =>
      store.list({ kind: 'member', guildId: G, limit: 9 }).map(({ ref, value }) => `${ref.id}=${value}`);
    store.apply([putAll('member', G, { 1: 'a', 3: 'c', 5: 'e' })]);
    const first = list();
    expect(first).toEqual(['1={"v":"a"}', '3={"v":"c"}', '5={"v":"e"}']);
    clock.advance(250);
    expect(list()).toEqual(first);
    await expect.poll(() => reads(path)).toBe(3);
    expect(list()).toEqual(first);
    // Over what is in the file: an insertion, a change and a removal.
    store.apply([putAll('member', G, { 2: 'b', 5: 'f' }), remove(ownedRef('member', G, '1'))]);
    const second = ['2={"v":"b"}', '3={"v":"c"}', '5={"v":"f"}'];
    expect(list()).toEqual(second);
    expect(store.counts().member).toBe(3);
    clock.advance(250);
    // Under way: on top of it comes one more.
    store.apply([remove(ownedRef('member', G, '3')), putAll('member', G, { 1: 'new' })]);
    expect(list()).toEqual(['1={"v":"new"}', '2={"v":"b"}', '5={"v":"f"}']);
    expect(store.counts().member).toBe(3);
    expect(store.list({ kind: 'member' })).toHaveLength(3);
  });

  test('gives objects of a kind that begins to expire their time at the next start', async () => {
    const path = await emptyFolder();
    const clock = createVirtualClock();
    const policy = { clock, ttlMs: { role: 1_000 } };
    const first = await opened(path, { clock });
    first.apply([put(ownedRef('role', G, '1'), {}), put(ownedRef('emoji', G, '1'), {})]);
    await first.close();
    const second = await opened(path, policy);
    clock.advance(900);
    expect(second.counts().role).toBe(1);
    await second.close();
    // The time goes on while nobody is there.
    clock.advance(300);
    expect((await opened(path, policy)).counts()).toMatchObject({ role: 0, emoji: 1 });
  });

  test('refuses a file of another layout, and leaves it as it is', async () => {
    const path = await emptyFolder();
    await (await opened(path)).close();
    const { open } = await import('lmdb');
    const { openTable } = await import('../../src/lmdb/tables.ts');
    const root = open({ path, noSubdir: false, maxDbs: 40, eventTurnBatching: false });
    openTable(root, 'meta').putSync(['0', '1'], '2');
    await root.close();
    for (let tried = 0; tried < 2; tried++)
      await expect(createLmdbStore({ path }).open(context())).rejects.toThrow('its layout is 2, and not 1; remove');
    await expect(reads(path)).rejects.toThrow('its layout is 2');
  });

  test('takes no more than may wait for a disk that does not keep up, and says why', async () => {
    const store = createLmdbStore({ path: await emptyFolder(), maxPendingCharacters: 1_000 });
    await store.open(context());
    stores.push(store);
    const big = put(guildRef(G), { text: 'x'.repeat(1_100) });
    store.apply([big]);
    expect(() => store.apply([big])).toThrow('1000 may: the disk is too slow');
  });

  test('names the package that is missing, and how it is installed', () => {
    const missing = Object.assign(new Error("Cannot find package 'lmdb'"), { code: 'ERR_MODULE_NOT_FOUND' });
    expect(loadingFault(missing).message).toContain('npm install lmdb@3');
    expect(loadingFault(new Error('No native build was found')).message).toContain('--include=optional');
  });

  test('names an option that does not exist', () => {
    expect(() => createLmdbStore({ path: '/tmp/x', flush: 1 } as never)).toThrow("did you mean 'flushMs'?");
    expect(() => createLmdbStore({ path: '/tmp/x', flushMs: 5_000 })).toThrow(RangeError);
  });
});

/** Number of members that another reader of the file sees. */
async function reads(path: string): Promise<number> {
  const { openStateReader } = await import('../../src/reader/index.ts');
  const reader = await openStateReader({ path });
  try {
    return reader.counts().member;
  } finally {
    await reader.close();
  }
}
