import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '@shardgate/simulator';
import { afterEach, describe, expect, test } from 'vitest';
import { guildRef } from '../../src/index.ts';
import { createLmdbStore } from '../../src/lmdb/index.ts';
import { openStateReader, type StateReader } from '../../src/reader/index.ts';
import { G, H } from '../store-operations.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shardgate-lmdb-'));
  ends.push(() => rm(folder, { recursive: true }));
  return folder;
}

/** A process that writes to the store without a pause. */
interface Writer {
  /** What it told: how far it was, and when that came here. */
  readonly told: { readonly step: number; readonly at: number }[];
  /** Ends it as nothing can be prepared for. */
  kill(): Promise<void>;
}

function startWriter(path: string): Writer {
  const child: ChildProcess = fork(new URL('writer-process.mjs', import.meta.url), [path, G, H]);
  const told: { step: number; at: number }[] = [];
  child.on('message', ({ step }: { step: number }) => told.push({ step, at: performance.now() }));
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  ends.push(kill);
  return { told, kill };
}

function hasPrlimit(): boolean {
  try {
    execFileSync('prlimit', ['--version']);
    return true;
  } catch {
    return false;
  }
}

async function openedReader(path: string): Promise<StateReader> {
  const reader = await openStateReader({ path });
  ends.push(() => reader.close());
  return reader;
}

describe('the file of an LMDB store', () => {
  test('is consistent and not old after its process was killed, again and again', async () => {
    const path = await emptyFolder();
    for (const rounds of [5, 30, 80]) {
      const { told, kill } = startWriter(path);
      await expect.poll(() => told.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(rounds);
      await kill();
      const killedAt = performance.now();
      const store = createLmdbStore({ path });
      await store.open({ clock: createVirtualClock(), ttlMs: {}, messagesPerChannel: undefined });
      try {
        const { step } = JSON.parse(store.get(guildRef(G)) ?? '') as { step: number };
        const expected = Array.from({ length: 500 }, (_, i) => String(step - 499 + i));
        // Operations of one event are there together or not at all.
        expect(store.list({ kind: 'member', guildId: G, limit: 1_000 }).map(({ ref }) => ref.id)).toEqual(expected);
        expect(store.list({ kind: 'role', guildId: H, limit: 1_000 }).map(({ ref }) => ref.id)).toEqual(expected);
        expect(store.counts()).toMatchObject({ member: 500, role: 500, guild: 1 });
        const before = told.findLast(({ at }) => at < killedAt - 3_000);
        expect(step).toBeGreaterThanOrEqual(before?.step ?? 0);
      } finally {
        await store.close();
      }
    }
  });

  test('is read by another process while it is written, whole events and soon', async () => {
    const path = await emptyFolder();
    const { told, kill } = startWriter(path);
    await expect.poll(() => told.length, { timeout: 20_000 }).toBeGreaterThan(20);
    const reader = await openedReader(path);
    let last = 0;
    let news = 0;
    await expect
      .poll(
        () => {
          const { step = 0 } = (reader.guild(G) ?? {}) as { step?: number };
          expect(step).toBeGreaterThanOrEqual(last);
          if (step > last) news++;
          last = step;
          const ids = reader.list({ kind: 'role', guildId: H }).map(({ ref }) => Number(ref.id));
          // What two calls see may differ, what one sees may not.
          expect(ids).toHaveLength(500);
          expect((ids.at(-1) ?? 0) - (ids[0] ?? 0)).toBe(499);
          return news;
        },
        { timeout: 20_000, interval: 50 },
      )
      .toBeGreaterThan(8);
    // It changes nothing any more; what is there can still be read.
    await kill();
    last = (reader.guild(G) as { step?: number } | undefined)?.step ?? 0;
    expect(reader.member(G, String(last))?.user.id).toBe(String(last));
    expect(reader.listOfGuild('member', G, { after: String(last - 2), limit: 2 }).map(({ user }) => user.id)).toEqual([
      String(last - 1),
      String(last),
    ]);
    expect(reader.membersOfUser(String(last))).toHaveLength(1);
    expect(reader.ofGuild('role', H, String(last))?.id).toBe(String(last));
    expect(reader.channel('1')).toBeUndefined();
  });

  test('outlives a disk that is full: what waits is kept and written when there is room', async ({ skip }) => {
    if (!hasPrlimit()) {
      console.info('a full disk: skipped, there is no prlimit here (package util-linux), which gives the room back');
      return skip();
    }
    const path = await emptyFolder();
    const script = new URL('full-disk-process.mjs', import.meta.url).pathname;
    const limited = ['-c', 'ulimit -S -f 600; exec "$@"', 'bash', process.execPath, script, path, G];
    const child = spawn('bash', limited, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (bytes: Buffer) => (out += String(bytes)));
    child.stderr.on('data', (bytes: Buffer) => (err += String(bytes)));
    const gone = once(child, 'exit');
    ends.push(async () => {
      child.kill('SIGKILL');
      await gone;
    });
    await expect.poll(() => out + (child.exitCode === null ? '' : err), { timeout: 20_000 }).toContain('\n');
    const full = JSON.parse(out) as Record<string, unknown>;
    expect(full).toMatchObject({ isReady: false, found: full['written'] });
    expect(full['refused']).toContain('400000 may');
    expect(full['detail']).toContain(path);
    execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']);
    expect(await gone).toEqual([0, null]);
    const { written } = JSON.parse(out.trimEnd().split('\n')[1] ?? '') as { written: number };
    const reader = await openedReader(path);
    expect(reader.counts().member).toBe(written);
    expect(reader.listOfGuild('member', G)).toHaveLength(written);
  });

  test('that is not there is named, with what makes one', async () => {
    const path = await emptyFolder();
    await expect(openStateReader({ path })).rejects.toThrow(`there is no state in ${path}`);
    await expect(openStateReader({ paht: path } as never)).rejects.toThrow("did you mean 'path'?");
  });
});
