import { setImmediate as turn } from 'node:timers/promises';
import type { RootDatabase } from 'lmdb';
import { ENTITY_KINDS, type EntityKind, type EntityRef } from '../entity.ts';
import type { StoreContext, SynchronousStore } from '../store.ts';
import { applyOperation, type Objects } from './apply-operation.ts';
import { createCommitter } from './committer.ts';
import { lockDirectory } from './directory-lock.ts';
import { createExpiry, type Expiry } from './expiry.ts';
import { loadLmdb } from './load-lmdb.ts';
import { createObjectReader } from './object-reader.ts';
import { createObjectWriter } from './object-writer.ts';
import { createOverlayTable, type OverlayTable } from './overlay-table.ts';
import { FIRST_ID, NO_OWNER } from './row-key.ts';
import { checkLayout, MAX_TABLES, openTable, openTables } from './tables.ts';

/** An open file: what a store does. */
export interface LmdbFile extends Pick<SynchronousStore, 'apply' | 'get' | 'list' | 'counts' | 'guildIds' | 'close'> {
  /** Why nothing can be written, in words. */
  readonly trouble: string | undefined;
}

/** How a file is written. */
export interface LmdbFileOptions extends StoreContext {
  readonly flushMs: number;
  readonly maxPendingCharacters: number;
}

/** About a minute's. */
const WRITES_A_CHECK = 256;

/** Opens the file in a directory that is there, for writing by this process alone. */
export async function createLmdbFile(path: string, options: LmdbFileOptions): Promise<LmdbFile> {
  const { open } = await loadLmdb();
  const unlock = await lockDirectory(path);
  try {
    // Batching by turns makes a promise nobody can catch: a full disk would end the process. All writes are in batches of their own.
    const root = open({ path, noSubdir: false, maxDbs: MAX_TABLES, eventTurnBatching: false });
    try {
      return openFile(root, options, async () => {
        await root.close();
        await unlock();
      });
    } catch (error) {
      await root.close();
      throw error;
    }
  } catch (error) {
    await unlock();
    throw new Error(`cannot open ${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function openFile(root: RootDatabase, options: LmdbFileOptions, end: () => Promise<void>): LmdbFile {
  const { clock, ttlMs, messagesPerChannel, flushMs, maxPendingCharacters } = options;
  checkLayout(root, false);
  let writes = 0;
  const all: OverlayTable[] = [];
  const committer = createCommitter({
    clock,
    tables: () => all,
    async transact(write) {
      // Processes that were killed while they read would keep old pages for ever.
      if (writes++ % WRITES_A_CHECK === 0) root.readerCheck();
      try {
        await root.batch(write);
      } catch (error) {
        throw await reasonOf(error);
      }
      // What was committed must be read from here on.
      root.resetReadTxn();
    },
    intervalMs: flushMs,
    maxCharacters: maxPendingCharacters,
  });
  const overlay = (database: Parameters<typeof createOverlayTable>[0]): OverlayTable => {
    const table = createOverlayTable(database, committer.changed);
    all.push(table);
    return table;
  };
  const tables = openTables(root, overlay);
  const known = new Set(Array.from(root.getKeys(), String));
  const deadlines = new Map<EntityKind, OverlayTable>();
  for (const kind of ENTITY_KINDS) {
    const name = `deadline.${kind}`;
    if (ttlMs[kind] !== undefined) deadlines.set(kind, overlay(openTable(root, name)));
    // Whatever deadlines there are were another configuration's.
    else if (known.has(name)) openTable(root, name).dropSync();
  }
  const expiry = createExpiry({ looks: overlay(openTable(root, 'expiry')), deadlines }, ttlMs, () => clock.wallTime());
  const reader = createObjectReader(tables);
  const writer = createObjectWriter(tables, { written: expiry.written, messagesPerChannel });
  const objects: Objects = {
    ...writer,
    get: reader.get,
    idsOf: (kind, guildId) => Array.from(tables.objects[kind].ids(guildId ?? NO_OWNER)),
  };
  for (const kind of deadlines.keys()) if (!known.has(`deadline.${kind}`)) adopt(tables.objects[kind], kind, expiry);

  const sweep = (): void => {
    expiry.sweep((kind, owner, id) => writer.remove(refOf(kind, owner, id)));
  };
  return {
    apply(operations) {
      committer.checkRoom();
      sweep();
      const replaced = operations.map((operation) => applyOperation(objects, operation));
      committer.checkpoint();
      return replaced;
    },
    get(ref) {
      sweep();
      return reader.get(ref);
    },
    list(query) {
      sweep();
      return reader.list(query);
    },
    counts() {
      sweep();
      return reader.counts();
    },
    guildIds: () => Array.from(tables.guilds.ids(NO_OWNER)),
    get trouble() {
      return committer.trouble;
    },
    async close() {
      try {
        await committer.drain();
        await root.flushed;
      } finally {
        await end();
      }
    },
  };
}

/** What lmdb rejects with says little; the system's error is behind a promise, which is rejected at the same time. */
async function reasonOf(error: unknown): Promise<unknown> {
  const reason: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'commitError') : undefined;
  if (!(reason instanceof Promise)) return error;
  return Promise.race([reason.catch((cause: unknown) => cause), turn(error)]);
}

/** Objects from before there was an expiry of their kind get their time now. */
function adopt(table: OverlayTable, kind: EntityKind, expiry: Expiry): void {
  for (const { owner, id } of table.all()) expiry.written(kind, owner, id);
}

function refOf(kind: EntityKind, owner: string, id: string): EntityRef {
  const holder = owner === FIRST_ID ? null : owner;
  return kind === 'message'
    ? { kind, id, guildId: null, channelId: holder }
    : { kind, id, guildId: holder, channelId: null };
}
