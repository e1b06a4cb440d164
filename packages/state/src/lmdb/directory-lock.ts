import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Who writes in a directory. */
interface Holder {
  readonly pid: number;
  /** When that process and its machine started: another one may have the number later. */
  readonly since: string;
}

/** Times a lock is tried for that others take and leave meanwhile. */
const TRIES = 16;

/**
 * Takes a directory for this process by a file `writer.lock`. One left behind by a process that is gone is taken over.
 *
 * @returns how to give it back
 * @throws {Error} naming the process that has it
 */
export async function lockDirectory(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'writer.lock');
  const own = join(folder, `writer.lock-${randomUUID()}`);
  const text = JSON.stringify({ pid: process.pid, since: await startOf(process.pid), token: own } satisfies Holder & {
    token: string;
  });
  // Under a name of its own first: a lock has its whole text from the moment it is there.
  await writeFile(own, text, { mode: 0o600 });
  try {
    for (let tried = 0; tried < TRIES; tried++) {
      if (await linked(own, path)) return () => release(path, text);
      const found = await textOf(path);
      if (found === undefined) continue;
      const holder = holderOf(found);
      if (holder !== undefined && (await lives(holder)))
        throw new Error(
          `the state in ${folder} is written by process ${holder.pid} already; stop it, or give this one a path of its own (openStateReader only reads)`,
        );
      await takeAway(path, found);
    }
    throw new Error(`the state in ${folder} is being taken by other processes at the same time`);
  } finally {
    await rm(own, { force: true });
  }
}

/** Gives the file a second name, if nobody has that. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Renaming is done by one of several that see the same stale lock; whoever got hold of a fresh one by it puts that back. */
async function takeAway(path: string, stale: string): Promise<void> {
  const aside = `${path}-${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if ((await textOf(aside)) !== stale) await linked(aside, path);
  await rm(aside, { force: true });
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
    const isHolder = typeof value === 'object' && value !== null && 'pid' in value && 'since' in value;
    return isHolder && Number.isSafeInteger(value.pid) && (value.pid as number) > 0 ? (value as Holder) : undefined;
  } catch {
    // Half a lock is left by a power cut only, and with it the process is gone.
    return undefined;
  }
}

async function lives({ pid, since }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is one, of another user.
    if (codeOf(error) !== 'EPERM') return false;
  }
  return (await startOf(pid)) === since;
}

/** The machine's boot, and the clock ticks from it to the start of the process (field 22). https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function startOf(pid: number): Promise<string> {
  try {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
  } catch {
    return 'unknown';
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
