import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { codeOf } from './store.ts';

/** The journal's directory is held by another process. */
export class JournalLockedError extends Error {
  override readonly name: string = 'JournalLockedError';
}

/** Who holds a directory. */
interface Holder {
  readonly pid: number;
  /** Of the machine's boot: after another one the process cannot be there any more, whoever has its number. */
  readonly bootId: string;
  /** When the process started, in the system's own terms: tells it from a later one with its number. */
  readonly startedAt: string;
  readonly host: string;
  readonly token: string;
}

/** Times a lock that others fight for, too, is tried for. */
const TRIES = 64;

/**
 * Takes a directory by a file `lock` in it. One left behind by a process that is gone is taken over.
 *
 * @throws {JournalLockedError} naming the process that holds it
 */
export async function lockDirectory(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  const self: Holder = {
    pid: process.pid,
    bootId: await bootId(),
    startedAt: await startOf(process.pid),
    host: hostname(),
    token: randomUUID(),
  };
  const own = `${path}-${self.token}`;
  const text = JSON.stringify(self);
  await writeFile(own, text, { mode: 0o600 });
  try {
    for (let tried = 0; tried < TRIES; tried += 1) {
      if (await linked(own, path)) return () => release(path, text);
      const found = await textOf(path);
      if (found === undefined) continue;
      const holder = holderOf(found);
      if (holder !== undefined && (await lives(holder, self.bootId))) {
        throw new JournalLockedError(
          `the journal in ${folder} is in use by process ${holder.pid} on ${holder.host}; ` +
            'stop it, or give this process a directory of its own',
        );
      }
      await takeAway(path, found, { own, bootId: self.bootId });
    }
    throw new JournalLockedError(`the journal in ${folder} is being taken by other processes at the same time`);
  } finally {
    await rm(own, { force: true });
  }
}

/** Gives the file its name only if nobody has it: a lock is whole from the moment it is there. */
async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a stale lock. Only who holds the file beside it may: two that saw the same stale lock must not both remove, one the stale and the other the new one.
 */
async function takeAway(path: string, stale: string, self: { own: string; bootId: string }): Promise<void> {
  const right = `${path}-takeover`;
  if (await linked(self.own, right)) {
    if ((await textOf(path)) === stale) await rm(path, { force: true });
    await rm(right, { force: true });
    return;
  }
  const found = await textOf(right);
  if (found === undefined) return;
  const holder = holderOf(found);
  // Its holder died in the middle of it.
  if (holder === undefined || !(await lives(holder, self.bootId))) await rm(right, { force: true });
}

async function release(path: string, text: string): Promise<void> {
  if ((await textOf(path)) === text) await rm(path, { force: true });
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function holderOf(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value && 'bootId' in value)) return undefined;
    return Number.isSafeInteger(value.pid) && (value.pid as number) > 0 ? (value as Holder) : undefined;
  } catch {
    // Only a power cut leaves half a lock, and with it the process is gone.
    return undefined;
  }
}

async function lives(holder: Holder, currentBoot: string): Promise<boolean> {
  if (holder.bootId !== currentBoot) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: there is one, of another user.
    if (codeOf(error) !== 'EPERM') return false;
  }
  return (await startOf(holder.pid)) === holder.startedAt;
}

async function bootId(): Promise<string> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    return 'unknown';
  }
}

/** Field 22 of /proc/<pid>/stat: clock ticks from boot to the start of the process. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
