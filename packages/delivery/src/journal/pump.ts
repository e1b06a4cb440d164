import type { Ballast } from './ballast.ts';
import type { Batch } from './batch.ts';
import type { Log } from './log.ts';
import { diskBytes, isNeeded } from './log.ts';
import type { Retention } from './retention.ts';
import { hasDisk, hasMemory, isYoung } from './room.ts';
import type { Segment } from './segment.ts';
import { isNoRoom } from './store.ts';
import type { Writer } from './writer.ts';

/** Bytes written and synced together. */
const MOST_COMMIT_BYTES = 8 * 2 ** 20;
/** Cursors wait at most this long for a write. */
const CURSOR_DELAY_MS = 100;
/** And no longer than it takes for so many records to be acknowledged: what lies behind a cursor comes again after a crash, however fast a consumer is. */
const CURSOR_RECORDS = 256;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 30_000;
/** What waits is looked at this many times within the age it may have. */
const AGE_STEPS = 8;

/** Moves records from memory to the disk, one write and one sync at a time, and keeps trying when the disk refuses. */
export interface Pump {
  /** There may be something to do. */
  kick(): void;
  /** A cursor has moved, by so many records. */
  cursorsMoved(records: number): void;
  /** Somebody was told that there is no room for that many bytes. */
  roomWanted(bytes: number): void;
  /** Resolves when everything taken is on the disk and what went before it is gone; tries at once and rejects when the disk refuses. */
  flush(): Promise<void>;
  /** Ends all work; resolves when none is under way. */
  stop(): Promise<void>;
}

export function createPump(log: Log, writer: Writer, retention: Retention, ballast: Ballast): Pump {
  const { clock, random, settings } = { ...log.settings, settings: log.settings };
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let timer: unknown;
  let cursorTimer: unknown;
  let movedRecords = 0;
  let ageTimer: unknown;
  let lastStart = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let retryAt = 0;
  let controlRetryAt = 0;
  let forced = false;
  let wanted: number | undefined;
  /** Files on their way out, beside the writing: to remove a large one takes as long as many commits. */
  let removal: { readonly segments: readonly Segment[]; readonly ended: Promise<void> } | undefined;
  let waiters: { readonly batch: Batch; resolve(): void; reject(error: unknown): void }[] = [];

  /** Milliseconds until there is something to do now; undefined when there is nothing. */
  const delay = (): number | undefined => {
    const now = clock.now();
    const pace = lastStart + settings.syncIntervalMs - now;
    if (forced) return Math.max(0, pace);
    const control = log.control.urgent || (log.control.cursorsDue && log.control.dirty);
    if (log.health !== 'ok') {
      const controlAt =
        log.health === 'full' && control ? Math.max(controlRetryAt - now, pace) : Number.POSITIVE_INFINITY;
      return Math.max(0, Math.min(retryAt - now, controlAt));
    }
    return log.queue.length > 0 || control ? Math.max(0, pace) : undefined;
  };

  const run = async (): Promise<void> => {
    // All that comes in the same tick goes together.
    await Promise.resolve();
    while (!stopped) {
      const ms = delay();
      if (ms === undefined) return;
      if (ms > 0) {
        clock.clearTimer(timer);
        timer = clock.setTimer(kick, ms);
        return;
      }
      await step();
    }
  };

  const kick = (): void => {
    if (stopped) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    again = false;
    running = run().finally(() => {
      running = undefined;
      // Between the last look and now there may have come something.
      if (again) kick();
    });
  };

  const step = async (): Promise<void> => {
    lastStart = clock.now();
    const due = log.health === 'ok' || forced || lastStart >= retryAt;
    forced = false;
    let batches: Batch[] = [];
    try {
      retention.retire();
      if (log.health === 'full') {
        if (due && settings.overflow === 'dropOldest') await retention.dropOldest('journalFull');
        if (log.control.dirty) await commit([]);
        if (!due) return;
        await ballast.hold();
      }
      await makeRoom();
      batches = takeBatches();
      await commit(batches);
      failures = 0;
      log.health = 'ok';
    } catch (error) {
      log.writing = 0;
      await failed(error);
      return;
    }
    await writer.seal(false);
    retention.retire();
    tellRoom();
  };

  /** Writes, and lets go of the files that are not needed from then on. */
  const commit = async (batches: readonly Batch[]): Promise<void> => {
    const gone = log.leaving.filter((segment) => removal?.segments.includes(segment) !== true);
    await writer.commit(batches);
    log.queue.splice(0, batches.length);
    log.writing = 0;
    for (const batch of batches) {
      log.pendingBytes -= batch.bytes;
      log.pendingRecords -= batch.records;
      for (const [lane, { share }] of batch.lanes) log.listener.onDurable(lane.key, share.last);
      batch.release();
    }
    const done = waiters.filter(({ batch }) => !log.queue.includes(batch));
    waiters = waiters.filter(({ batch }) => log.queue.includes(batch));
    for (const waiter of done) waiter.resolve();
    if (gone.length > 0) await remove(gone);
  };

  /** One removal at a time, so that there is never more than one that is behind; only who needs the room waits for its own. */
  const remove = async (segments: readonly Segment[]): Promise<void> => {
    await removal?.ended;
    // One that stays is tried again with the next write.
    const ended = retention
      .removeRetired(segments)
      .catch(() => undefined)
      .finally(() => {
        removal = undefined;
        retryAt = Math.min(retryAt, clock.now());
        tellRoom();
      });
    removal = { segments, ended };
    if (log.health !== 'ok') await ended;
  };

  const takeBatches = (): Batch[] => {
    let bytes = 0;
    const taken: Batch[] = [];
    for (const batch of log.queue) {
      if (taken.length > 0 && (batch.isFar || bytes + batch.bytes > MOST_COMMIT_BYTES)) break;
      taken.push(batch);
      bytes += batch.bytes;
    }
    log.writing = taken.length;
    return taken;
  };

  /** A segment that holds nothing that is needed would keep lanes that are over. */
  const isOver = ({ segment }: NonNullable<Log['active']>): boolean =>
    Array.from(log.forgotten).some((lane) => segment.lanes.has(lane)) && !isNeeded(log, segment);

  const makeRoom = async (): Promise<void> => {
    if (log.active !== undefined && log.forgotten.size > 0 && isOver(log.active)) writer.leaveSegment();
    const age = settings.maxAgeMs;
    if (age !== Number.POSITIVE_INFINITY) {
      const now = clock.wallTime();
      if ((log.active?.segment.oldestAt ?? now) < now - age / AGE_STEPS) writer.leaveSegment();
      while (settings.overflow === 'dropOldest' && (log.segments[0]?.newestAt ?? now) < now - age) {
        if (!(await retention.dropOldest('expired'))) break;
      }
    }
    if (settings.overflow !== 'dropOldest') return;
    const bytes = log.queue.reduce((sum, batch) => sum + batch.bytes, 0);
    const begins = writer.begins(Math.min(bytes, MOST_COMMIT_BYTES));
    while (begins && diskBytesKept() + settings.segmentBytes + bytes > settings.maxBytes) {
      if (!(await retention.dropOldest('journalFull'))) break;
    }
  };

  const diskBytesKept = (): number => diskBytes(log) - log.leaving.reduce((sum, { size }) => sum + size, 0);

  const failed = async (error: unknown): Promise<void> => {
    failures += 1;
    const now = clock.now();
    const backOff = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20));
    retryAt = now + backOff * (0.5 + random() / 2);
    controlRetryAt = retryAt;
    log.health = isNoRoom(error) ? 'full' : 'degraded';
    for (const waiter of waiters.splice(0)) waiter.reject(error);
    const freed = log.health === 'full' && (await ballast.free().catch(() => false));
    // There is room now for what the journal itself has to say, and for nothing else.
    if (freed) controlRetryAt = now;
    else log.control.refuse(error);
  };

  const tellRoom = (): void => {
    const { maxPendingBytes } = settings;
    if (wanted === undefined || !hasMemory(log, Math.max(wanted, maxPendingBytes / 2))) return;
    if (!hasDisk(log, wanted) || !isYoung(log)) return;
    wanted = undefined;
    log.listener.onRoom();
  };

  const writeCursors = (): void => {
    clock.clearTimer(cursorTimer);
    cursorTimer = undefined;
    movedRecords = 0;
    log.control.cursorsDue = true;
    kick();
  };

  const watchAge = (): void => {
    if (settings.maxAgeMs === Number.POSITIVE_INFINITY || ageTimer !== undefined) return;
    ageTimer = clock.setTimer(() => {
      ageTimer = undefined;
      if (log.health === 'ok' && log.segments.some((segment) => isNeeded(log, segment))) forced = true;
      kick();
      watchAge();
    }, settings.maxAgeMs / AGE_STEPS);
  };

  return {
    kick() {
      watchAge();
      kick();
    },
    cursorsMoved(records) {
      movedRecords += records;
      if (movedRecords >= CURSOR_RECORDS) writeCursors();
      else cursorTimer ??= clock.setTimer(writeCursors, CURSOR_DELAY_MS);
    },
    roomWanted: (bytes) => void (wanted = bytes),
    async flush() {
      const batch = log.queue.at(-1);
      const written = log.control.written();
      const moved =
        batch === undefined
          ? undefined
          : new Promise<void>((resolve, reject) => void waiters.push({ batch, resolve, reject }));
      forced = true;
      clock.clearTimer(timer);
      kick();
      await Promise.all([written, moved]);
      await removal?.ended;
    },
    async stop() {
      stopped = true;
      for (const each of [timer, cursorTimer, ageTimer]) clock.clearTimer(each);
      await running;
      await removal?.ended;
      const error = new Error('the journal is closed');
      for (const waiter of waiters.splice(0)) waiter.reject(error);
      log.control.refuse(error);
    },
  };
}
