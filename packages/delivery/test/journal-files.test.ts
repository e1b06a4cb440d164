import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@shardgate/gateway';
import { afterEach, describe, expect, test } from 'vitest';
import { testSessionStore } from '../../gateway/test/session-store-contract.ts';
import { createJournal } from '../src/journal/create-journal.ts';
import type { Journal } from '../src/journal/journal.ts';
import type { JournalOptions } from '../src/journal/options.ts';
import { LANE, eventOf, readAll, shown } from './journal-bed.ts';

const folders: string[] = [];
const journals: Journal[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shardgate-journal-'));
  folders.push(folder);
  return folder;
}

function journalIn(path: string, options: Partial<JournalOptions> = {}): Journal {
  const journal = createJournal({ path, sinks: ['main'], clock: systemClock, ballastBytes: 65_536, ...options });
  journals.push(journal);
  return journal;
}

afterEach(async () => {
  for (const journal of journals.splice(0)) await journal.close().catch(() => undefined);
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

testSessionStore('the journal', async () => {
  const folder = join(await newFolder(), 'deep', 'journal');
  let journal = journalIn(folder);
  await journal.open();
  return {
    store: {
      load: () => journal.sessions.load(),
      save: (checkpoints) => journal.sessions.save(checkpoints),
      remove: (keys) => journal.sessions.remove(keys),
    },
    async reopen() {
      await journal.close();
      journal = journalIn(folder);
      await journal.open();
      return journal.sessions;
    },
  };
});

describe('on a real disk', () => {
  test('a journal gives back what was written through many segments, to nobody but its owner', async () => {
    const folder = join(await newFolder(), 'journal');
    const journal = journalIn(folder, { segmentBytes: 65_536 });
    await journal.open();
    const events = Array.from({ length: 3_000 }, (_, n) => eventOf({ offset: n + 1, bytes: Buffer.alloc(300, n) }));
    for (let n = 0; n < events.length; n += 50) {
      journal.append(events.slice(n, n + 50));
      if (n % 200 === 0) await journal.flush();
    }
    await journal.close();
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    const again = journalIn(folder, { segmentBytes: 65_536 });
    expect((await again.open()).damage).toEqual([]);
    expect(shown(await readAll(again, LANE, -1, 200))).toEqual(shown(events));
    expect(again.status().segments).toBeGreaterThan(10);
  });

  test('a directory that another journal has is refused, and can be had when that one is closed', async () => {
    const folder = await newFolder();
    const first = journalIn(folder);
    await first.open();
    await expect(journalIn(folder).open()).rejects.toThrow(`in use by process ${process.pid}`);
    await first.close();
    await journalIn(folder).open();
  });

  test('a lock is respected while its process lives, and taken over when that was killed', async () => {
    const folder = await newFolder();
    const child = spawn(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1e6)'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const fields = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => undefined);
    const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown');
    const holder = {
      pid: child.pid,
      bootId: bootId.trim(),
      startedAt: fields?.slice(fields.lastIndexOf(')') + 2).split(' ')[19] ?? 'unknown',
      host: 'here',
      token: 't',
    };
    await writeFile(join(folder, 'lock'), JSON.stringify(holder));
    await expect(journalIn(folder).open()).rejects.toThrow(`in use by process ${child.pid} on here`);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    await journalIn(folder).open();
  });

  test.each([
    [
      'of another boot',
      (): string => JSON.stringify({ pid: process.pid, bootId: 'another', startedAt: '1', host: 'h', token: 't' }),
    ],
    [
      'of an earlier process with the same number',
      (): string => JSON.stringify({ pid: process.pid, bootId: '?', startedAt: '1', host: 'h', token: 't' }),
    ],
    ['that a power cut has torn', (): string => '{"pid":1'],
  ])('a lock %s is taken over', async (_what, text) => {
    const folder = await newFolder();
    await writeFile(join(folder, 'lock'), text());
    await journalIn(folder).open();
    expect((await readdir(folder)).filter((name) => name.startsWith('lock'))).toEqual(['lock']);
  });

  test('of many that want a directory at the same time one gets it', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'lock'), 'stale');
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => journalIn(folder).open()));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('a directory that cannot be written is refused with its reason', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'file'), '');
    await expect(journalIn(join(folder, 'file', 'journal')).open()).rejects.toThrow(/ENOTDIR/);
    if (process.getuid?.() === 0) return;
    await chmod(folder, 0o500);
    await expect(journalIn(folder).open()).rejects.toThrow(/EACCES/);
  });

  test('a process that was killed leaves what it reported durable, and its sessions', async () => {
    const folder = await newFolder();
    const program = `
      import { createJournal } from ${JSON.stringify(new URL('../dist/journal/create-journal.js', import.meta.url).href)};
      const clock = { now: () => performance.now(), wallTime: () => Date.now(), setTimer: setTimeout, clearTimer: clearTimeout };
      const journal = createJournal({ path: ${JSON.stringify(folder)}, sinks: ['main'], clock, ballastBytes: 0, segmentBytes: 65536 });
      journal.listener = { onDurable: (lane, offset) => process.stdout.write(offset + '\\n'), onCursor() {}, onGap() {}, onRoom() {} };
      await journal.open();
      let offset = 0;
      setInterval(() => journal.append(Array.from({ length: 20 }, () => ({ kind: 'event', shardId: 0, shardCount: 2, offset: ++offset, sessionId: 's',
        seq: offset, t: 'X', receivedAt: 1, bytes: Buffer.from('{"n":' + offset + '}') }))), 1);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let last = 0;
    const killed = new Promise((resolve) => child.once('close', resolve));
    child.stdout.on('data', (data: Buffer) => {
      const lines = data.toString().trim().split('\n');
      // The last line may be cut.
      last = Math.max(last, Number(lines.at(-2) ?? 0));
      if (last > 3_000) child.kill('SIGKILL');
    });
    await killed;
    const journal = journalIn(folder);
    expect((await journal.open()).damage).toEqual([]);
    const found = await readAll(journal, LANE, -1, 500);
    expect(found.length).toBeGreaterThanOrEqual(last);
    expect(found.map(({ offset }) => offset)).toEqual(found.map((_, n) => n + 1));
  });

  test('a newest segment that was cut short starts', async () => {
    const folder = await newFolder();
    const journal = journalIn(folder);
    await journal.open();
    journal.append([eventOf({ offset: 1 }), eventOf({ offset: 2 })]);
    await journal.close();
    const name = (await readdir(folder))
      .filter((each) => each.startsWith('segment'))
      .toSorted()
      .at(-1) as string;
    await truncate(join(folder, name), 300);
    const again = journalIn(folder);
    await again.open();
    expect(await readAll(again, LANE)).toEqual([]);
  });
});
