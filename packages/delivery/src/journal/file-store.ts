import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { lockDirectory } from './lock.ts';
import type { JournalFile, JournalStore } from './store.ts';
import { codeOf } from './store.ts';

/** POSIX lets a system allow no more than this many buffers a call (IOV_MAX); Linux has 1,024. */
const MOST_BUFFERS = 1_000;

/** Keeps the journal's files in a directory only its owner may enter (0700; files 0600). */
export function createFileStore(options: { readonly path: string }): JournalStore {
  const folder = resolve(options.path);
  const pathOf = (name: string): string => join(folder, name);
  return {
    async lock() {
      await makeFolder(folder);
      return lockDirectory(folder);
    },
    async list() {
      const files: { name: string; size: number }[] = [];
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        if (!entry.isFile()) continue;
        try {
          files.push({ name: entry.name, size: (await stat(pathOf(entry.name))).size });
        } catch (error) {
          // A journal in use, looked at from outside, may remove files meanwhile.
          if (codeOf(error) !== 'ENOENT') throw error;
        }
      }
      return files;
    },
    create: async (name) => fileOf(await open(pathOf(name), 'w', 0o600)),
    open: async (name) => fileOf(await open(pathOf(name), 'r+')),
    async read(name, position, length, into) {
      const handle = await open(pathOf(name), 'r');
      try {
        const target = into ?? Buffer.allocUnsafeSlow(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await handle.read(target, filled, length - filled, position + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return target.subarray(0, filled);
      } finally {
        await handle.close();
      }
    },
    rename: (from, to) => rename(pathOf(from), pathOf(to)),
    remove: (name) => rm(pathOf(name), { force: true }),
    syncDirectory: () => syncFolder(folder),
  };
}

function fileOf(handle: FileHandle): JournalFile {
  return {
    async write(buffers, position) {
      let total = 0;
      for (let first = 0; first < buffers.length; first += MOST_BUFFERS) {
        const part = buffers.slice(first, first + MOST_BUFFERS);
        const { bytesWritten } = await handle.writev(part, position + total);
        total += bytesWritten;
        if (bytesWritten < part.reduce((sum, buffer) => sum + buffer.length, 0)) break;
      }
      return total;
    },
    sync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  };
}

async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  // A new folder is as lasting as its entry in its parent.
  for (let created = folder; created.length >= first.length; created = dirname(created)) {
    await syncFolder(dirname(created));
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its file system journals renames itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
