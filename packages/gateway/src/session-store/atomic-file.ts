import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';

/** The disk as the file stores see it; a test can stand in for it and fail at any operation. */
export interface Files {
  /** The file's text, or undefined when there is no such file. */
  read(path: string): Promise<string | undefined>;
  /** Creates or overwrites a file only its owner may read (0600); resolves when its content is on the disk. */
  write(path: string, text: string): Promise<void>;
  /** Replaces `to` in one step. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; a missing one is fine. */
  remove(path: string): Promise<void>;
  /** Names in a folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Creates a folder only its owner may enter (0700), parents included; an existing one stays as it is. */
  makeFolder(folder: string): Promise<void>;
  /** Resolves when creations, renames and removals in the folder are on the disk. */
  syncFolder(folder: string): Promise<void>;
}

/** The real disk. */
export const systemFiles: Files = {
  async read(path) {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  },
  async write(path, text) {
    const file = await open(path, 'w', 0o600);
    try {
      // The mode above is for new files only: one left behind by a crash may have another.
      await file.chmod(0o600);
      await file.writeFile(text);
      await file.datasync();
    } finally {
      await file.close();
    }
  },
  rename,
  remove: (path) => rm(path, { force: true }),
  list: (folder) => readdir(folder),
  async makeFolder(folder) {
    const first = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    // A new folder is as lasting as its entry in its parent.
    for (let created = resolve(folder); created.length >= first.length; created = dirname(created)) {
      await syncFolder(dirname(created));
    }
  },
  syncFolder,
};

/** What a sealed file holds; files of another format or version are set aside instead of read. */
export interface FileFormat {
  readonly format: string;
  readonly version: number;
}

/**
 * Replaces a file by way of a temporary one beside it: after a crash at any point the old content or the new one is there, whole.
 * The name itself is on the disk only after {@link Files.syncFolder}. Writes of one path must not overlap.
 *
 * @throws {Error} naming the path, the system's error as `cause`.
 */
export async function replaceSealed(files: Files, path: string, kind: FileFormat, data: unknown): Promise<void> {
  const temporary = `${path}.tmp`;
  await naming('write', path, async () => {
    await files.write(temporary, seal(kind, data));
    await files.rename(temporary, path);
  });
}

/** {@link replaceSealed}, and resolves only when the new content survives a power loss. Creates the folder when it is missing. */
export async function writeSealed(files: Files, path: string, kind: FileFormat, data: unknown): Promise<void> {
  const folder = dirname(path);
  await naming('create folder', folder, () => files.makeFolder(folder));
  await replaceSealed(files, path, kind, data);
  await naming('sync folder', folder, () => files.syncFolder(folder));
}

/**
 * What {@link writeSealed} wrote, or undefined when there is no file. A file that is truncated, altered, foreign or of another
 * version is renamed to `<path>.damaged-<n>` for the operator and counts as none.
 *
 * @throws {Error} when the disk refuses to read, naming the path: that is no verdict on the content, so nothing is set aside.
 */
export async function readSealed<T>(
  files: Files,
  path: string,
  kind: FileFormat,
  isData: (data: unknown) => data is T,
): Promise<T | undefined> {
  const text = await naming('read', path, () => files.read(path));
  if (text === undefined) return undefined;
  const data = unseal(kind, text);
  if (isData(data)) return data;
  await setAside(files, path);
  return undefined;
}

/**
 * Makes calls share runs: those that come before a run begins (the same tick included) settle with that run, those that come
 * while it is under way settle with the one run that follows. Never two runs at once, never more than one waiting.
 */
export function coalesce(run: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    if (next === undefined) {
      const begin = (): Promise<void> => {
        next = undefined;
        return run();
      };
      next = last.then(begin, begin);
      last = next;
    }
    return next;
  };
}

/** Runs a disk operation; its error then says what was done to which path. */
export async function naming<T>(action: string, path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot ${action} ${path}: ${reason}`, { cause: error });
  }
}

function seal(kind: FileFormat, data: unknown): string {
  const text = JSON.stringify(data);
  return `{"format":${JSON.stringify(kind.format)},"version":${kind.version},"sha256":"${digest(text)}","data":${text}}\n`;
}

function unseal(kind: FileFormat, text: string): unknown {
  try {
    const envelope: unknown = JSON.parse(text);
    if (typeof envelope !== 'object' || envelope === null || !('format' in envelope && 'version' in envelope))
      return undefined;
    if (!('sha256' in envelope && 'data' in envelope)) return undefined;
    if (envelope.format !== kind.format || envelope.version !== kind.version) return undefined;
    return envelope.sha256 === digest(JSON.stringify(envelope.data)) ? envelope.data : undefined;
  } catch {
    return undefined;
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function setAside(files: Files, path: string): Promise<void> {
  try {
    const names = new Set(await files.list(dirname(path)));
    let n = 1;
    while (names.has(`${basename(path)}.damaged-${n}`)) n += 1;
    await files.rename(path, `${path}.damaged-${n}`);
  } catch {
    // A disk that cannot rename will say so at the next write; reading goes on without the file.
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

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
