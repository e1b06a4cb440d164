import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '@shardgate/simulator';
import { afterEach, describe, expect, test } from 'vitest';
import { createMemoryStore, guildRef, ownedRef, type StoreContext, type SynchronousStore } from '../src/index.ts';
import { testStore } from './store-contract.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shardgate-state-'));
  folders.push(folder);
  return folder;
}

function context(): StoreContext {
  return { clock: createVirtualClock(), ttlMs: {}, messagesPerChannel: undefined };
}

testStore('a memory store', async () => ({ make: async () => createMemoryStore(), expiresByClock: true }));

testStore('a memory store with a file', async () => {
  const path = join(await emptyFolder(), 'deep', 'state.txt');
  const make = async (): Promise<SynchronousStore> => createMemoryStore({ path });
  return { make, reopen: make, expiresByClock: true };
});

describe('the file of a memory store', () => {
  test('is there after a stop only: while the store runs it would be old', async () => {
    const folder = await emptyFolder();
    const path = join(folder, 'state.txt');
    const first = createMemoryStore({ path });
    await first.open(context());
    expect(await readdir(folder)).toEqual([]);
    first.apply([{ op: 'put', ref: guildRef('1'), value: '{"id":"1"}', ifAbsent: false, tellOld: false }]);
    await first.close();
    expect(await readdir(folder)).toEqual(['state.txt']);
    const second = createMemoryStore({ path });
    await second.open(context());
    expect(second.get(guildRef('1'))).toBe('{"id":"1"}');
    expect(await readdir(folder)).toEqual([]);
  });

  test('keeps texts that have lines', async () => {
    const path = join(await emptyFolder(), 'state.txt');
    const value = JSON.stringify({ name: 'a\nb\u2028c', odd: '\u0085\u000b' }, null, 2);
    const first = createMemoryStore({ path });
    await first.open(context());
    first.apply([{ op: 'put', ref: ownedRef('role', '1', '2'), value, ifAbsent: false, tellOld: false }]);
    await first.close();
    const second = createMemoryStore({ path });
    await second.open(context());
    expect(JSON.parse(second.get(ownedRef('role', '1', '2')) ?? '')).toEqual(JSON.parse(value));
  });

  test.for([
    ['cut off', (text: string) => text.slice(0, -10)],
    ['without its end', (text: string) => text.slice(0, text.lastIndexOf('end'))],
    ['altered', (text: string) => text.replace('"name":"a"', '"name":"b"')],
    ['of another version', (text: string) => text.replace('shardgate-state 1', 'shardgate-state 9')],
    ['empty', () => ''],
    ['followed by something else', (text: string) => `${text}role\t1\t\t2\t{}\n`],
  ] as const)('%s is set aside, and the store begins empty', async ([, damage]) => {
    const folder = await emptyFolder();
    const path = join(folder, 'state.txt');
    const first = createMemoryStore({ path });
    await first.open(context());
    const put = { op: 'put', ifAbsent: false, tellOld: false } as const;
    first.apply([1, 2, 3].map((id) => ({ ...put, ref: guildRef(String(id)), value: '{"name":"a"}' })));
    await first.close();
    await writeFile(path, damage(await readFile(path, 'utf8')));
    const second = createMemoryStore({ path });
    await second.open(context());
    expect(second.counts().guild).toBe(0);
    expect(second.status().detail).toContain('state.txt.damaged-1');
    expect(await readdir(folder)).toEqual(['state.txt.damaged-1']);
  });

  test('that cannot be written is named in the error', async () => {
    const path = join(await emptyFolder(), 'state.txt');
    const store = createMemoryStore({ path });
    await store.open(context());

    await mkdir(`${path}.tmp`);
    await expect(store.close()).rejects.toThrow(`cannot write ${path}`);
  });
});

test('an option that does not exist is named with the one that does', () => {
  expect(() => createMemoryStore({ paht: 'x' } as object)).toThrow(
    "createMemoryStore has no option 'paht'; did you mean 'path'?",
  );
});
