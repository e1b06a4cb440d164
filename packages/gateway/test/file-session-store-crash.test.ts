import { describe, expect, test } from 'vitest';
import { createGuildRegistry } from '../src/filters/guild-registry.ts';
import type { Files } from '../src/session-store/atomic-file.ts';
import { createFileSessionStore } from '../src/session-store/file-session-store.ts';
import type { SessionCheckpoint, SessionStore } from '../src/session-store/session-store.ts';
import { checkpointOf } from './session-store-contract.ts';

/** What becomes of operation `at`. After all but `error` the process is dead: nothing works any more. */
interface Fault {
  readonly at: number;
  readonly kind: 'error' | 'before' | 'torn' | 'after';
}

/** A disk on which renames and removals are lost by a crash until their folder is synced: all of them, none, or any. */
interface ModelDisk {
  readonly files: Files;
  /** Operations so far. */
  readonly operations: number;
  /** The disk after the crash; bit n of `kept` says whether the n-th change that was not synced made it. */
  crash(kept: number): ModelDisk;
}

const ALL = 0x7fff_ffff;

function createModelDisk(faults: readonly Fault[], synced: ReadonlyMap<string, string> = new Map()): ModelDisk {
  const durable = new Map(synced);
  const visible = new Map(synced);
  let changes: ((entries: Map<string, string>) => void)[] = [];
  let operations = 0;
  let dead = false;

  const operate = async (perform: () => void, torn?: () => void): Promise<void> => {
    await Promise.resolve();
    if (dead) throw new Error('the process is dead');
    const fault = faults.find(({ at }) => at === operations);
    operations += 1;
    if (fault?.kind === 'after' || fault === undefined) perform();
    if (fault?.kind === 'torn') torn?.();
    if (fault === undefined) return;
    dead = fault.kind !== 'error';
    throw new Error(`fault: ${fault.kind}`);
  };
  const change = (apply: (entries: Map<string, string>) => void): void => {
    apply(visible);
    changes.push(apply);
  };
  const put = (path: string, text: string): void => change((entries) => entries.set(path, text));

  const files: Files = {
    async read(path) {
      await operate(() => undefined);
      return visible.get(path);
    },
    write: (path, text) =>
      operate(
        () => put(path, text),
        () => put(path, text.slice(0, text.length / 2)),
      ),
    rename: (from, to) =>
      operate(() => {
        const text = visible.get(from);
        if (text === undefined) throw new Error(`ENOENT: ${from}`);
        change((entries) => {
          entries.set(to, text);
          entries.delete(from);
        });
      }),
    remove: (path) => operate(() => change((entries) => entries.delete(path))),
    list: async () => [...visible.keys()].map((path) => path.slice(path.lastIndexOf('/') + 1)),
    makeFolder: () => operate(() => undefined),
    syncFolder: () =>
      operate(() => {
        for (const apply of changes) apply(durable);
        changes = [];
      }),
  };
  return {
    files,
    get operations() {
      return operations;
    },
    crash(kept) {
      const survived = new Map(durable);
      changes.forEach((apply, index) => {
        if ((kept >> (index % 31)) & 1) apply(survived);
      });
      return createModelDisk([], survived);
    },
  };
}

type Lists = Readonly<Record<'available' | 'loading' | 'unavailable', readonly string[]>>;

/** A checkpoint somebody tried to save, with the guilds as they were; undefined for a removal. */
type Attempt = { readonly checkpoint: SessionCheckpoint; readonly lists: Lists } | undefined;

/** One shard's life and what the store was told of it. */
function createShardLife(shardId: number, store: SessionStore) {
  const guilds = createGuildRegistry();
  let session = 0;
  let seq = 0;
  /** From the last that resolved on: what a load may give. */
  let attempts: Attempt[] = [undefined];

  const attempt = async (what: Attempt, call: Promise<void>): Promise<void> => {
    attempts.push(what);
    try {
      await call;
      // Anything tried before this one is older than what is promised now.
      attempts = attempts.slice(attempts.indexOf(what));
      if (what !== undefined) guilds.persisted(what.checkpoint.seq);
    } catch {
      // The caller goes on; the next checkpoint tries again.
    }
  };

  return {
    get attempts() {
      return attempts;
    },
    newSession() {
      session += 1;
      seq = 1;
      guilds.ready([`${shardId}1`, `${shardId}2`, `${shardId}3`], seq);
    },
    /** Events of which one leaves a trace for good and the others come and go. */
    async events(round: number) {
      guilds.created(`${shardId}${1 + (round % 3)}`, false, ++seq);
      guilds.created(`${shardId}9${round}`, false, ++seq);
      guilds.deleted(`${shardId}${1 + (round % 2)}`, round % 4 === 0, ++seq);
      // The last event is not settled yet.
      const settled = seq - 1;
      const fresh = guilds.changed;
      const snapshot = guilds.snapshot(settled);
      const checkpoint = checkpointOf({ shardId, sessionId: `s${session}`, seq: settled });
      const lists = listsOf(snapshot);
      await attempt({ checkpoint, lists }, store.save([fresh ? { ...checkpoint, guilds: snapshot } : checkpoint]));
    },
    async quiet() {
      const last = attempts.at(-1);
      if (last === undefined) return;
      const checkpoint = { ...last.checkpoint, savedAt: last.checkpoint.savedAt + 1 };
      await attempt({ checkpoint, lists: last.lists }, store.save([checkpoint]));
    },
    end: () => attempt(undefined, store.remove([{ shardId, shardCount: 2 }])),
  };
}

function listsOf({ available, loading, unavailable }: Lists): Lists {
  return { available: available.toSorted(), loading: loading.toSorted(), unavailable: unavailable.toSorted() };
}

/** Lets promises move on a little. */
async function passing(ticks: number): Promise<void> {
  for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
}

/** Two shards through sessions, quiet times and removals. Never rejects, however dead the disk is. */
async function live(disk: ModelDisk): Promise<Attempt[][]> {
  const store = createFileSessionStore({ path: '/store', files: disk.files });
  const [one, two] = [createShardLife(0, store), createShardLife(1, store)];
  one.newSession();
  two.newSession();
  for (let round = 0; round < 8; round += 1) {
    const first = one.events(round);
    // On odd rounds the second save comes while the first one's write is under way.
    if (round % 2 === 1) await passing(20);
    await Promise.all([first, two.events(round)]);
    // Several in a row: each may be the one on the disk when the next ones fail.
    if (round > 2 && round < 6) one.newSession();
    if (round === 2) await one.quiet();
    if (round === 5) await Promise.all([two.end(), one.quiet()]);
    if (round === 5) two.newSession();
  }
  return [one.attempts, two.attempts];
}

/** Loads what the crash left and compares it, shard by shard, with all that a load may give. */
async function check(disk: ModelDisk, allowed: readonly Attempt[][], story: string): Promise<void> {
  const loaded = await createFileSessionStore({ path: '/store', files: disk.files }).load();
  for (const [shardId, attempts] of allowed.entries()) {
    const found = loaded.find((checkpoint) => checkpoint.shardId === shardId);
    const { guilds, ...checkpoint } = found ?? { guilds: undefined };
    const shown = JSON.stringify(found === undefined ? undefined : [checkpoint, guilds && listsOf(guilds)]);
    const right = attempts.map((attempt) => JSON.stringify(attempt && [attempt.checkpoint, attempt.lists]));
    if (!right.includes(shown))
      expect.fail(`${story}: shard ${shardId} came back as ${shown}, allowed: ${right.join('\n')}`);
  }
  expect((await disk.files.list('/store')).filter((name) => name.includes('damaged'))).toEqual([]);
}

/** Which changes that were not synced make it: none, all, all but the first few, every other one. */
const KEPT = [0, ALL, ...[2, 4, 5, 6, 8].map((lost) => ALL << lost), 0b0101_0101, 0b1010_1010];

describe('a file store whose process dies', () => {
  test('at any disk operation comes back with each shard as last saved or as being saved, guilds included', async () => {
    const whole = createModelDisk([]);
    const resolved = await live(whole);
    expect(resolved.map(({ length }) => length)).toEqual([1, 1]);
    await check(whole.crash(0), resolved, 'no fault');
    expect(whole.operations).toBeGreaterThan(60);
    for (let at = 0; at < whole.operations; at += 1) {
      for (const kind of ['before', 'torn', 'after'] as const) {
        const disk = createModelDisk([{ at, kind }]);
        const allowed = await live(disk);
        for (const kept of KEPT) await check(disk.crash(kept), allowed, `${kind} ${at}, kept ${kept}`);
      }
    }
  });

  test('some operations after another one failed comes back no worse', async () => {
    const { operations } = await (async () => {
      const disk = createModelDisk([]);
      await live(disk);
      return disk;
    })();
    for (let at = 0; at < operations; at += 1) {
      for (let later = 1; later < 24; later += 1) {
        const disk = createModelDisk([
          { at, kind: 'error' },
          { at: at + later, kind: 'after' },
        ]);
        const allowed = await live(disk);
        for (const kept of KEPT)
          await check(disk.crash(kept), allowed, `error ${at}, death ${at + later}, kept ${kept}`);
      }
    }
  });
});
