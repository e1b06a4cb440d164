import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '@shardgate/simulator';
import { afterEach, expect, test } from 'vitest';
import { createMemoryStore, guildRef, messageRef, ownedRef, type SynchronousStore } from '../src/index.ts';
import { createLmdbStore } from '../src/lmdb/index.ts';
import { C, D, G, H, put } from './store-operations.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const STORES: readonly (readonly [string, (folder: string) => SynchronousStore])[] = [
  ['a memory store', (folder) => createMemoryStore({ path: join(folder, 'state.txt') })],
  ['an LMDB store', (folder) => createLmdbStore({ path: folder })],
];

test.for(STORES)('%s knows the guilds of which there is anything, be it one message', async ([, make]) => {
  const folder = await mkdtemp(join(tmpdir(), 'shardgate-state-'));
  folders.push(folder);
  const context = { clock: createVirtualClock(), ttlMs: {}, messagesPerChannel: undefined };
  const store = make(folder);
  await store.open(context);
  store.apply([
    put(guildRef(G), { id: G }),
    put(ownedRef('presence', H, '1'), {}),
    put(messageRef(C, '1', '77'), {}),
    put(ownedRef('channel', null, D), {}),
    put(ownedRef('role', '78', '1'), {}),
    { op: 'clearGuild', guildId: '78' },
  ]);
  expect([...store.guildIds()].toSorted()).toEqual([G, H, '77'].toSorted());
  await store.close();
  const again = make(folder);
  await again.open(context);
  expect([...again.guildIds()].toSorted()).toEqual([G, H, '77'].toSorted());
  await again.close();
});
