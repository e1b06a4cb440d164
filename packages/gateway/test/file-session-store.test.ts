import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemFiles } from '../src/session-store/atomic-file.ts';
import type { Files } from '../src/session-store/atomic-file.ts';
import { createFileSessionStore } from '../src/session-store/file-session-store.ts';
import { checkpointOf, guildsOf, testSessionStore } from './session-store-contract.ts';
import { settled } from './test-clock.ts';

let root = '';
let count = 0;
const newFolder = (): string => join(root, `store-${(count += 1)}`);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'shardgate-sessions-'));
});
afterAll(() => rm(root, { recursive: true }));

testSessionStore('the file store', async () => {
  const path = newFolder();
  return { store: createFileSessionStore({ path }), reopen: async () => createFileSessionStore({ path }) };
});

describe('the file store', () => {
  test('writes one small file for all sessions and one per shard for guilds, for its owner alone', async () => {
    const path = newFolder();
    await createFileSessionStore({ path }).save([
      checkpointOf({ guilds: guildsOf(1, '10') }),
      checkpointOf({ shardId: 1 }),
    ]);
    expect((await readdir(path)).toSorted()).toEqual(['guilds-0-2.json', 'sessions.json']);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(join(path, 'sessions.json'))).mode & 0o777).toBe(0o600);
  });

  test('a save without guilds does not write the guild file', async () => {
    const path = newFolder();
    const store = createFileSessionStore({ path });
    await store.save([checkpointOf({ guilds: guildsOf(1, '10') })]);
    const before = await stat(join(path, 'guilds-0-2.json'));
    await store.save([checkpointOf({ seq: 2 })]);
    expect((await stat(join(path, 'guilds-0-2.json'))).ino).toBe(before.ino);
  });

  test('removing a session removes its guild file', async () => {
    const path = newFolder();
    const store = createFileSessionStore({ path });
    await store.save([checkpointOf({ guilds: guildsOf(1, '10') })]);
    await store.remove([{ shardId: 0, shardCount: 2 }]);
    expect(await readdir(path)).toEqual(['sessions.json']);
  });

  test('a store that saves before it loads keeps the sessions of other shards', async () => {
    const path = newFolder();
    await createFileSessionStore({ path }).save([checkpointOf()]);
    await createFileSessionStore({ path }).save([checkpointOf({ shardId: 1 })]);
    expect(await createFileSessionStore({ path }).load()).toHaveLength(2);
  });

  test('a hundred saves while one is under way cost one more write', async () => {
    let writes = 0;
    const files: Files = {
      ...systemFiles,
      async write(path, text) {
        writes += 1;
        await systemFiles.write(path, text);
      },
    };
    const store = createFileSessionStore({ path: newFolder(), files });
    const first = store.save([checkpointOf()]);
    await settled();
    const others = Array.from({ length: 100 }, (_, seq) => store.save([checkpointOf({ seq })]));
    await Promise.all([first, ...others]);
    expect(writes).toBe(2);
    expect(await store.load()).toEqual([checkpointOf({ seq: 99 })]);
  });

  test.each([
    ['truncated', (text: string) => text.slice(0, -20)],
    ['empty', () => ''],
    ['altered in one digit', (text: string) => text.replace('"seq":7', '"seq":8')],
    ['foreign', () => '{"sessions":[]}'],
    ['of another version', (text: string) => text.replace('"version":1', '"version":2')],
  ])('a sessions.json that is %s is set aside and means no sessions', async (_, damage) => {
    const path = newFolder();
    await createFileSessionStore({ path }).save([checkpointOf({ seq: 7, guilds: guildsOf(7) })]);
    const name = join(path, 'sessions.json');
    const whole = await readFile(name, 'utf8');
    for (const n of [1, 2]) {
      await writeFile(name, damage(whole));
      const store = createFileSessionStore({ path });
      expect(await store.load()).toEqual([]);
      expect(await readdir(path)).toContain(`sessions.json.damaged-${n}`);
      await store.save([checkpointOf({ seq: 8 })]);
    }
  });

  test('a damaged guild file is set aside and costs the session its guilds only', async () => {
    const path = newFolder();
    await createFileSessionStore({ path }).save([checkpointOf({ guilds: guildsOf(1, '10') })]);
    await writeFile(join(path, 'guilds-0-2.json'), 'x');
    expect(await createFileSessionStore({ path }).load()).toEqual([checkpointOf()]);
    expect(await readdir(path)).toContain('guilds-0-2.json.damaged-1');
  });

  test('a record with a missing or wrong field is left out, its neighbours stay', async () => {
    const path = newFolder();
    const wrong = { ...checkpointOf({ shardId: 1 }), seq: -1 };
    const { sessionId, ...half } = checkpointOf({ shardId: 2 });
    expect(sessionId).toBe('a');
    await createFileSessionStore({ path }).save([checkpointOf(), wrong, half as never]);
    expect(await createFileSessionStore({ path }).load()).toEqual([checkpointOf()]);
  });

  test('a folder that cannot be used rejects with its name and the cause', async () => {
    const path = newFolder();
    await writeFile(path, 'a file where the folder should be');
    const store = createFileSessionStore({ path });
    await expect(store.load()).rejects.toThrow(`cannot read ${join(path, 'sessions.json')}: ENOTDIR`);
    await expect(store.save([checkpointOf()])).rejects.toMatchObject({ cause: { code: 'ENOTDIR' } });
    await rm(path);
    await store.save([checkpointOf({ seq: 2 })]);
    expect(await store.load()).toEqual([checkpointOf({ seq: 2 })]);
  });

  test('what a failed save held is written with the next one', async () => {
    let full = true;
    const files: Files = {
      ...systemFiles,
      async write(path, text) {
        if (full) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        await systemFiles.write(path, text);
      },
    };
    const store = createFileSessionStore({ path: newFolder(), files });
    await expect(store.save([checkpointOf({ seq: 1, guilds: guildsOf(1, '10') })])).rejects.toThrow('ENOSPC');
    full = false;
    await store.save([checkpointOf({ seq: 2 }), checkpointOf({ shardId: 1 })]);
    expect(await store.load()).toEqual([
      checkpointOf({ seq: 2, guilds: guildsOf(1, '10') }),
      checkpointOf({ shardId: 1 }),
    ]);
  });

  test('a path that is no name of a folder is refused at creation', () => {
    expect(() => createFileSessionStore({ path: '' })).toThrow(
      new TypeError('option path: expected the name of a folder, got ""'),
    );
  });
});
