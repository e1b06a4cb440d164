import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '@shardgate/simulator';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { createMemoryStore, guildRef, ownedRef, type EntityRef, type SynchronousStore } from '../src/index.ts';
import { createLmdbStore } from '../src/lmdb/index.ts';
import { put } from './store-operations.ts';

const GUILD = '197038439483310086';
/** Members of a large guild, and of a page. */
const [MEMBERS, PAGE] = [100_000, 1_000];

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function opened(name: string): Promise<SynchronousStore> {
  const folder = await mkdtemp(join(tmpdir(), 'shardgate-paging-'));
  const store = name === 'memory' ? createMemoryStore() : createLmdbStore({ path: folder, flushMs: 1 });
  await store.open({ clock: createVirtualClock(), ttlMs: {}, messagesPerChannel: undefined });
  endings.push(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  return store;
}

/** A step of a test: something comes, something goes, or the walk goes on by a page. */
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ deed: fc.constant('put'), id: fc.integer({ min: 1, max: 25 }) }) },
  { weight: 4, arbitrary: fc.record({ deed: fc.constant('remove'), id: fc.integer({ min: 1, max: 25 }) }) },
  { weight: 6, arbitrary: fc.record({ deed: fc.constant('page'), limit: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ deed: fc.constant('begin') }) },
  { weight: 1, arbitrary: fc.record({ deed: fc.constant('clear') }) },
);

describe.each(['memory', 'lmdb'])('a walk by pages over the store %s', (name) => {
  test.each([
    ['members of a guild', { kind: 'member', guildId: GUILD }, (id: string) => ownedRef('member', GUILD, id)],
    ['guilds', { kind: 'guild' }, guildRef],
  ] as const)(
    'gives %s as they are, whatever comes and goes meanwhile',
    async (_, query, refOf: (id: string) => EntityRef) => {
      const store = await opened(name);
      fc.assert(
        fc.property(fc.array(step, { minLength: 60, maxLength: 150, size: 'max' }), (steps) => {
          const model = new Set<number>();
          for (const { ref } of store.list(query)) store.apply([{ op: 'remove', ref, tellOld: false }]);
          let after: string | undefined;
          for (const each of steps) {
            if ('id' in each) {
              const ref = refOf(String(each.id));
              store.apply([each.deed === 'put' ? put(ref, { id: each.id }) : { op: 'remove', ref, tellOld: false }]);
              if (each.deed === 'put') model.add(each.id);
              else model.delete(each.id);
            } else if ('limit' in each) {
              const page = store.list({ ...query, limit: each.limit, ...(after === undefined ? {} : { after }) });
              const expected = [...model].filter((id) => id > Number(after ?? 0)).toSorted((a, b) => a - b);
              expect(page.map(({ ref }) => Number(ref.id))).toEqual(expected.slice(0, each.limit));
              expect(page.map(({ value }) => value)).toEqual(page.map(({ ref }) => `{"id":${ref.id}}`));
              after = page.at(-1)?.ref.id ?? after;
            } else if (each.deed === 'begin') {
              after = undefined;
            } else {
              store.apply([...model].map((id) => ({ op: 'remove', ref: refOf(String(id)), tellOld: false })));
              model.clear();
            }
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  test('of a hundred thousand members takes little more than one page of all', { timeout: 60_000 }, async () => {
    const store = await opened(name);
    const entries = Array.from({ length: MEMBERS }, (_, n) => {
      // In no order.
      const id = String(100_000_000_000_000_000 + ((n * 7_919) % MEMBERS) * 1_000_000);
      return { id, value: `{"user":{"id":"${id}"}}` };
    });
    // What LMDB's file does not have yet is the harder half: its clock stands still.
    store.apply([{ op: 'putAll', kind: 'member', guildId: GUILD, entries, tellOld: false }]);
    const walk = (limit: number): number => {
      const before = process.cpuUsage();
      let count = 0;
      let after: string | undefined;
      for (;;) {
        const page = store.list({ kind: 'member', guildId: GUILD, limit, ...(after === undefined ? {} : { after }) });
        count += page.length;
        if (page.length < limit) break;
        after = page.at(-1)?.ref.id;
      }
      expect(count).toBe(MEMBERS);
      return process.cpuUsage(before).user / 1_000;
    };
    walk(MEMBERS * 2);
    const atOnce = walk(MEMBERS * 2);
    const byPages = walk(PAGE);
    console.info(`${name}: ${MEMBERS} members at once ${atOnce.toFixed(0)} ms, by pages ${byPages.toFixed(0)} ms`);
    expect(byPages).toBeLessThan(atOnce * 8 + 100);
  });

  test('has what came behind its page, though so much waits that it is kept in order', async () => {
    const store = await opened(name);
    const query = { kind: 'member', guildId: GUILD, limit: 300 } as const;
    const entries = Array.from({ length: 1_000 }, (_, n) => ({ id: String(1_000_000 + n * 2), value: '{}' }));
    store.apply([{ op: 'putAll', kind: 'member', guildId: GUILD, entries, tellOld: false }]);
    const after = store.list(query).at(-1)?.ref.id ?? '';
    const next = String(Number(after) + 1);
    store.apply([put(ownedRef('member', GUILD, next), {})]);
    expect(store.list({ ...query, after })[0]?.ref.id).toBe(next);
  });
});
