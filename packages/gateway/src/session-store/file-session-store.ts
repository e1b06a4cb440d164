import { join } from 'node:path';
import { guildsAt } from '../filters/guild-registry.ts';
import type { FileFormat, Files } from './atomic-file.ts';
import { coalesce, naming, readSealed, replaceSealed, systemFiles, writeSealed } from './atomic-file.ts';
import { sessionKey, withGuildsOf } from './memory-session-store.ts';
import type { GuildSnapshot, SessionCheckpoint, SessionKey, SessionStore } from './session-store.ts';

/** Options of {@link createFileSessionStore}. */
export interface FileSessionStoreOptions {
  /** Folder of the store, created when missing (0700). One gateway a folder. Default `./.shardgate`. */
  readonly path?: string;
  /** The disk. Default: the real one. */
  readonly files?: Files;
}

const SESSIONS: FileFormat = { format: 'shardgate-sessions', version: 1 };
const GUILDS: FileFormat = { format: 'shardgate-guilds', version: 1 };

/** Guild lists of one shard, newest session first. */
interface GuildFile {
  readonly records: readonly { readonly sessionId: string; readonly guilds: GuildSnapshot }[];
}

type Change = SessionCheckpoint | 'removed';

/**
 * Keeps sessions in a folder: `sessions.json` with every session's sequence number, small and rewritten whole, and one
 * `guilds-<shardId>-<shardCount>.json` a shard, written before it and only when a checkpoint brings `guilds`.
 *
 * Saves and removals that come while a write is under way share the next one; what a failed write held goes with the next
 * one too. After a crash at any point each shard's session is the last one saved or the one being saved, with the guilds it had
 * at its sequence number. A damaged `sessions.json` is set aside as `*.damaged-<n>` and means no sessions; a damaged guild file
 * means that session's checkpoint has no `guilds`.
 *
 * `save` and `remove` reject when the folder cannot be written, `load` when it cannot be read (a missing folder holds no sessions).
 */
export function createFileSessionStore(options: FileSessionStoreOptions = {}): SessionStore {
  const { path: folder = './.shardgate', files = systemFiles } = options;
  if (typeof folder !== 'string' || folder === '') {
    throw new TypeError(`option path: expected the name of a folder, got ${JSON.stringify(folder)}`);
  }
  const sessionsPath = join(folder, 'sessions.json');
  const guildsPath = (key: string): string => join(folder, `guilds-${key}.json`);

  /** What `sessions.json` holds, as of the last write that succeeded; read before the first one. */
  let stored: ReadonlyMap<string, SessionCheckpoint> | undefined;
  let pending = new Map<string, Change>();

  const readSessions = async (): Promise<Map<string, SessionCheckpoint>> => {
    const records = (await readSealed(files, sessionsPath, SESSIONS, Array.isArray)) ?? [];
    return new Map(records.filter(isCheckpoint).map((checkpoint) => [sessionKey(checkpoint), checkpoint]));
  };

  const readGuildRecords = async (key: string): Promise<GuildFile['records']> =>
    (await readSealed(files, guildsPath(key), GUILDS, isGuildFile))?.records ?? [];

  const writeGuilds = async (
    key: string,
    sessionId: string,
    guilds: GuildSnapshot,
    before: string | undefined,
  ): Promise<void> => {
    let kept: GuildFile['records'] = [];
    if (before !== sessionId) {
      // Until sessions.json names the new session a crash goes back to the old one, whose guilds must still be there;
      // the newest other record is that of a write that failed but may have reached the disk.
      const others = (await readGuildRecords(key)).filter((record) => record.sessionId !== sessionId);
      kept = others.filter((record, index) => index === 0 || record.sessionId === before);
    }
    const file: GuildFile = { records: [{ sessionId, guilds }, ...kept] };
    await replaceSealed(files, guildsPath(key), GUILDS, file);
  };

  const write = async (batch: ReadonlyMap<string, Change>): Promise<void> => {
    const before = (stored ??= await readSessions());
    const after = new Map(before);
    const removed: string[] = [];
    let guildFiles = 0;
    let saved = 0;
    for (const [key, change] of batch) {
      if (change === 'removed') {
        if (after.delete(key)) removed.push(key);
        continue;
      }
      const { guilds, ...session } = change;
      if (guilds !== undefined) {
        if (guildFiles === 0) await naming('create folder', folder, () => files.makeFolder(folder));
        await writeGuilds(key, session.sessionId, guilds, before.get(key)?.sessionId);
        guildFiles += 1;
      }
      after.set(key, session);
      saved += 1;
    }
    if (saved === 0 && removed.length === 0) return;
    if (guildFiles > 0) await naming('sync folder', folder, () => files.syncFolder(folder));
    await writeSealed(files, sessionsPath, SESSIONS, [...after.values()]);
    stored = after;
    for (const key of removed) await naming('remove', guildsPath(key), () => files.remove(guildsPath(key)));
  };

  const flush = coalesce(async () => {
    const batch = pending;
    pending = new Map();
    try {
      await write(batch);
    } catch (error) {
      // The next write makes up for this one; what came meanwhile is newer.
      const newer = pending;
      pending = batch;
      for (const [key, change] of newer) note(key, change);
      throw error;
    }
  });

  const note = (key: string, change: Change): void => {
    const earlier = pending.get(key);
    pending.set(key, change === 'removed' || earlier === 'removed' ? change : withGuildsOf(earlier, change));
  };

  return {
    async load() {
      const checkpoints: SessionCheckpoint[] = [];
      for (const [key, session] of await readSessions()) {
        const record = (await readGuildRecords(key)).find(({ sessionId }) => sessionId === session.sessionId);
        checkpoints.push(record === undefined ? session : { ...session, guilds: guildsAt(record.guilds, session.seq) });
      }
      return checkpoints;
    },
    async save(checkpoints: readonly SessionCheckpoint[]) {
      if (checkpoints.length === 0) return;
      for (const checkpoint of checkpoints) note(sessionKey(checkpoint), checkpoint);
      await flush();
    },
    async remove(keys: readonly SessionKey[]) {
      if (keys.length === 0) return;
      for (const key of keys) note(sessionKey(key), 'removed');
      await flush();
    },
  };
}

type Shape = Readonly<Record<string, (value: unknown) => boolean>>;

const isString = (value: unknown): boolean => typeof value === 'string';
const isStringOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isStringList = (value: unknown): boolean => Array.isArray(value) && value.every(isString);

const CHECKPOINT: Shape = {
  shardId: isCount,
  shardCount: isCount,
  sessionId: isString,
  resumeUrl: isStringOrNull,
  seq: isCount,
  intents: isCount,
  version: isCount,
  encoding: isString,
  tokenFingerprint: isString,
  savedAt: Number.isFinite,
  userId: isStringOrNull,
  applicationId: isStringOrNull,
};

const STATUSES: ReadonlySet<unknown> = new Set(['loading', 'available', 'unavailable', 'absent']);
const SNAPSHOT: Shape = {
  seq: isCount,
  available: isStringList,
  loading: isStringList,
  unavailable: isStringList,
  changes: (value) => Array.isArray(value) && value.every(isChange),
};

function isChange(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length === 3 && isCount(value[0]) && isString(value[1]) && STATUSES.has(value[2])
  );
}

function fits(shape: Shape, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Record<string, unknown>;
  return Object.entries(shape).every(([name, isRight]) => isRight(record[name]));
}

function isCheckpoint(value: unknown): value is SessionCheckpoint {
  return fits(CHECKPOINT, value);
}

function isGuildFile(value: unknown): value is GuildFile {
  if (!fits({ records: Array.isArray }, value)) return false;
  return (value as GuildFile).records.every((record) =>
    fits({ sessionId: isString, guilds: (guilds) => fits(SNAPSHOT, guilds) }, record),
  );
}
