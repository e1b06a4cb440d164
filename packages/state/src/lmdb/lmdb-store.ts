import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { checkOptions } from '../options/check-options.ts';
import { count, milliseconds, text } from '../options/shapes.ts';
import type { SynchronousStore } from '../store.ts';
import { createLmdbFile, type LmdbFile } from './lmdb-file.ts';

/** Options of {@link createLmdbStore}. */
export interface LmdbStoreOptions {
  /** The directory; it is made where there is none. One process writes in it, others may read with `openStateReader`. */
  readonly path: string;
  /** For messages and figures. Default `lmdb`. */
  readonly name?: string;
  /** Longest time a change waits in memory before it is written, milliseconds, at most 1,000. Default 250. */
  readonly flushMs?: number;
  /** Characters of changes that may wait while the disk is slow or full; beyond it `apply` throws and the state is stale. Default 256 Mi. */
  readonly maxPendingCharacters?: number;
}

const FLUSH_MS = 250;
const MAX_PENDING_CHARACTERS: number = 256 * 1024 * 1024;

/**
 * Keeps the cache in an LMDB file, which other processes of the machine can read meanwhile. It answers at once: changes are read as soon as they are made, and written together a
 * moment later by a thread of its own. Whenever the process ends, be it killed, the file is consistent and at most `flushMs` and one write behind.
 *
 * Needs the package lmdb.
 *
 * @throws {TypeError | RangeError} naming every option that does not exist or whose value is wrong
 */
export function createLmdbStore(options: LmdbStoreOptions): SynchronousStore {
  checkOptions('createLmdbStore', options, {
    path: text,
    name: text.optional(),
    flushMs: milliseconds(1, 1_000).optional(),
    maxPendingCharacters: count(1).optional(),
  });
  const { name = 'lmdb', flushMs = FLUSH_MS, maxPendingCharacters = MAX_PENDING_CHARACTERS } = options;
  const path = resolve(options.path);
  let file: LmdbFile | undefined;

  function opened(): LmdbFile {
    if (file === undefined) throw new Error(`the LMDB store in ${path} is not open; start the state first`);
    return file;
  }

  return {
    name,
    isSynchronous: true,
    async open(context) {
      await mkdir(path, { recursive: true, mode: 0o700 });
      file = await createLmdbFile(path, { ...context, flushMs, maxPendingCharacters });
    },
    apply: (operations) => opened().apply(operations),
    get: (ref) => opened().get(ref),
    getMany(refs) {
      const { get } = opened();
      return refs.map(get);
    },
    list: (query) => opened().list(query),
    counts: () => opened().counts(),
    guildIds: () => opened().guildIds(),
    status() {
      const trouble = file?.trouble;
      const isReady = file !== undefined && trouble === undefined;
      return trouble === undefined ? { isReady } : { isReady, detail: `${path}: ${trouble}` };
    },
    async close() {
      const closing = file;
      file = undefined;
      await closing?.close();
    },
  };
}
