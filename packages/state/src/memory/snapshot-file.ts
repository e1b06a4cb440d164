import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ENTITY_KINDS, type EntityKind, type StoredEntity } from '../entity.ts';

/** First line of the file: its format and version. */
const HEADER = 'shardgate-state 1';
/** Begins the last line: how many objects there are, and the SHA-256 of their lines. */
const FOOTER = 'end';
/** Characters gathered for one write. */
const CHUNK = 256 * 1024;

const KINDS: ReadonlySet<string> = new Set(ENTITY_KINDS);

/**
 * Writes objects to a file, one a line, and replaces an older one in one step: after a crash at any point the old content or the new one is there, whole. Takes as much memory as a chunk.
 *
 * @throws {Error} naming the path, the system's error as `cause`
 */
export async function saveSnapshot(path: string, entities: Iterable<StoredEntity>): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(temporary, 'w', 0o600);
    try {
      const hash = createHash('sha256');
      let count = 0;
      let chunk = `${HEADER}\n`;
      for (const { ref, value } of entities) {
        // Between the values of a JSON text a line's end is as good as a space; inside them there is none.
        const line = `${ref.kind}\t${ref.guildId ?? ''}\t${ref.channelId ?? ''}\t${ref.id}\t${value.replace(/[\n\r]/g, ' ')}\n`;
        hash.update(line);
        count++;
        chunk += line;
        if (chunk.length < CHUNK) continue;
        await file.writeFile(chunk);
        chunk = '';
      }
      await file.writeFile(`${chunk}${FOOTER}\t${count}\t${hash.digest('hex')}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw named('write', path, error);
  }
}

/**
 * Reads what {@link saveSnapshot} wrote and removes the file. One that is truncated, altered or of another version is renamed to `<path>.damaged-<n>`, and nothing is taken from it.
 *
 * @returns a sentence for people when the file was set aside
 * @throws {Error} naming the path when the disk refuses
 */
export async function loadSnapshot(path: string, take: (entity: StoredEntity) => void): Promise<string | undefined> {
  try {
    const isWhole = await verify(path);
    if (isWhole === undefined) return undefined;
    if (!isWhole) return `${path} was damaged and is now ${await setAside(path)}`;
    for await (const line of linesOf(path)) {
      const entity = entityOf(line);
      if (entity !== undefined) take(entity);
    }
    await rm(path);
    return undefined;
  } catch (error) {
    throw named('read', path, error);
  }
}

/** Whether the file is what was written; undefined without a file. */
async function verify(path: string): Promise<boolean | undefined> {
  const hash = createHash('sha256');
  let number = 0;
  let isHeaded = false;
  let isEnded = false;
  try {
    for await (const line of linesOf(path)) {
      if (number === 0) isHeaded = line === HEADER;
      else if (isEnded) return false;
      else if (line.startsWith(`${FOOTER}\t`)) isEnded = line === `${FOOTER}\t${number - 1}\t${hash.digest('hex')}`;
      else hash.update(`${line}\n`);
      // A file of another kind may be one endless line; there is no point in reading on.
      if (!isHeaded) return false;
      number++;
      if (line.startsWith(`${FOOTER}\t`) && !isEnded) return false;
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  return isEnded;
}

/** Line by line. Node's readline takes further characters for the end of a line, which stand in names. */
async function* linesOf(path: string): AsyncGenerator<string, undefined> {
  let rest = '';
  for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
  return undefined;
}

function entityOf(line: string): StoredEntity | undefined {
  const [kind = '', guildId = '', channelId = '', id = ''] = line.split('\t', 4);
  if (!KINDS.has(kind)) return undefined;
  const start = kind.length + guildId.length + channelId.length + id.length + 4;
  return {
    ref: { kind: kind as EntityKind, id, guildId: textOrNull(guildId), channelId: textOrNull(channelId) },
    value: line.slice(start),
  };
}

function textOrNull(text: string): string | null {
  return text === '' ? null : text;
}

async function setAside(path: string): Promise<string> {
  const names = new Set(await readdir(dirname(path)));
  let n = 1;
  while (names.has(`${basename(path)}.damaged-${n}`)) n++;
  await rename(path, `${path}.damaged-${n}`);
  return `${path}.damaged-${n}`;
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

function named(action: string, path: string, error: unknown): Error {
  return new Error(`cannot ${action} ${path}: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
