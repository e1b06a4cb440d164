import { createBallast } from './ballast.ts';
import { createChunkCache } from './chunk-cache.ts';
import { createControl } from './control.ts';
import { createIndexCache } from './index-cache.ts';
import { bytesOf, takeRecords } from './intake.ts';
import type { Journal, JournalListener, JournalRecovery } from './journal.ts';
import { createLaneTable, gapOf } from './lane.ts';
import type { Log } from './log.ts';
import { diskBytes, oldestNeeded } from './log.ts';
import type { JournalOptions } from './options.ts';
import { resolveOptions } from './options.ts';
import { createPump } from './pump.ts';
import { createReader } from './reader.ts';
import { recover } from './recovery.ts';
import { createRetention } from './retention.ts';
import { createSessionTable } from './session-table.ts';
import type { Segment } from './segment.ts';
import { createWriter } from './writer.ts';

/** Listens to nothing. */
const DEAF: JournalListener = { onDurable() {}, onCursor() {}, onGap() {}, onRoom() {} };

/**
 * A journal in a directory of files. Does nothing before `open`; `append` and `flush` before it throw.
 *
 * @throws {TypeError} for an unknown option or a value of the wrong type
 * @throws {RangeError} for a number out of range
 */
export function createJournal(options: JournalOptions): Journal {
  const settings = resolveOptions(options);
  const { store, clock, sinks } = settings;
  const lanes = createLaneTable();
  const sessions = createSessionTable();
  const log: Log = {
    settings,
    lanes,
    sessions,
    control: createControl(lanes, sessions, sinks, (...cursor) => log.listener.onCursor(...cursor)),
    listener: DEAF,
    segments: [],
    active: undefined,
    leaving: [],
    queue: [],
    writing: 0,
    forgotten: new Set(),
    nextSegmentId: 1,
    pendingBytes: 0,
    pendingRecords: 0,
    health: 'ok',
    appended: 0,
    dropped: 0,
    syncs: 0,
  };
  const chunks = createChunkCache(store);
  const indexes = createIndexCache(store, lanes);
  const reader = createReader(log, chunks, indexes);
  const retention = createRetention(log, reader, chunks, indexes);
  const writer = createWriter(log, (segment) => indexes.add(segment));
  const ballast = createBallast(store, settings.ballastBytes);
  const pump = createPump(log, writer, retention, ballast);
  let opening: Promise<JournalRecovery> | undefined;
  let isOpen = false;
  let closing: Promise<void> | undefined;
  let release: (() => Promise<void>) | undefined;

  const open = async (): Promise<JournalRecovery> => {
    release = await store.lock();
    try {
      const wallTime = clock.wallTime();
      const recovered = await recover({ store, lanes, sessions, sinks, wallTime, mayChange: true });
      log.nextSegmentId = recovered.nextSegmentId;
      log.segments.push(...recovered.segments);
      const damage = [...recovered.damage];
      for (const segment of recovered.segments) {
        indexes.add(segment);
        if (!segment.sealed) await settle(segment).catch((error: unknown) => damage.push(complaint(segment, error)));
      }
      for (const hole of recovered.holes) {
        log.control.holeAdded(hole);
        log.listener.onGap(gapOf(hole));
      }
      for (const name of recovered.useless) await store.remove(name).catch(() => undefined);
      await ballast.hold().catch(() => undefined);
      isOpen = true;
      // A disk that refuses now is no reason not to start: it is tried again.
      await pump.flush().catch(() => undefined);
      return recoveryOf(damage);
    } catch (error) {
      await release().catch(() => undefined);
      throw error;
    }
  };

  /** Cuts off what was never synced, and syncs the rest: after a crash of the process alone it may be in the system's memory only. */
  const settle = async (segment: Segment): Promise<void> => {
    const file = await store.open(segment.name);
    try {
      if (segment.size > segment.end) await file.truncate(segment.end);
      if (settings.durability === 'sync') await file.sync();
      segment.size = segment.end;
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    writer.adopt({ segment, file });
  };

  const recoveryOf = (damage: readonly string[]): JournalRecovery => ({
    damage,
    lanes: Array.from(lanes.all, ({ key, highest, durable }) => ({
      ...key,
      lastOffset: highest,
      sessionId: durable?.sessionId ?? null,
      seq: durable?.seq ?? null,
    })),
    cursors: Array.from(lanes.all).flatMap(({ key, cursors }) =>
      Array.from(cursors, ([sink, offset]) => ({ ...key, sink, offset })),
    ),
  });

  const assertOpen = (): void => {
    if (!isOpen) throw new Error(`the journal in ${settings.path} is not open: call open() first`);
  };

  const close = async (): Promise<void> => {
    await opening?.catch(() => undefined);
    if (!isOpen) return;
    try {
      await pump.flush();
    } finally {
      await pump.stop();
      await writer.seal(true);
      await release?.().catch(() => undefined);
    }
  };

  const journal: Journal = {
    get listener() {
      return log.listener;
    },
    set listener(listener) {
      log.listener = listener;
    },
    open: () => (opening ??= open()),
    append(records) {
      assertOpen();
      if (closing !== undefined) return false;
      const taken = takeRecords(log, retention, records);
      if (!taken) pump.roomWanted(bytesOf(records));
      pump.kick();
      return taken;
    },
    async read(lane, afterOffset, limit) {
      assertOpen();
      return reader.read(lane, afterOffset, limit);
    },
    acknowledge(sink, key, offset) {
      assertOpen();
      const lane = lanes.of(key);
      const before = lane.cursors.get(sink) ?? offset;
      if (lane.cursors.has(sink) && offset <= before) return;
      lane.cursors.set(sink, offset);
      lane.highest = Math.max(lane.highest, offset);
      log.control.cursorMoved(sink, lane);
      if (closing === undefined) pump.cursorsMoved(offset - before);
    },
    forget(key) {
      assertOpen();
      const lane = lanes.get(key);
      if (lane !== undefined) log.forgotten.add(lane);
    },
    sessions: {
      async load() {
        await opening;
        assertOpen();
        return [...sessions.all];
      },
      async save(checkpoints) {
        assertWritable();
        if (checkpoints.length === 0) return;
        for (const checkpoint of checkpoints) sessions.save(checkpoint);
        await written();
      },
      async remove(keys) {
        assertWritable();
        if (keys.length === 0) return;
        for (const key of keys) sessions.remove(key);
        await written();
      },
    },
    status() {
      const oldest = Math.min(
        oldestNeeded(log)?.oldestAt ?? Number.POSITIVE_INFINITY,
        log.queue[0]?.oldestAt ?? Number.POSITIVE_INFINITY,
      );
      return {
        bytes: diskBytes(log),
        segments: log.segments.length,
        pendingRecords: log.pendingRecords,
        pendingBytes: log.pendingBytes,
        health: log.health,
        appended: log.appended,
        dropped: log.dropped,
        syncs: log.syncs,
        oldestAgeMs: Number.isFinite(oldest) ? Math.max(0, clock.wallTime() - oldest) : 0,
      };
    },
    async flush() {
      assertWritable();
      await pump.flush();
    },
    close: () => (closing ??= close()),
  };

  const assertWritable = (): void => {
    assertOpen();
    if (closing !== undefined) throw new Error(`the journal in ${settings.path} is closed`);
  };

  const written = async (): Promise<void> => {
    const done = log.control.written();
    pump.kick();
    await done;
  };
  return journal;
}

function complaint({ name }: Segment, error: unknown): string {
  return `${name} cannot be made fast on the disk: ${error instanceof Error ? error.message : String(error)}`;
}
