import type { Batch } from './batch.ts';
import type { Collected } from './control.ts';
import type { Log } from './log.ts';
import { Kind, encodeJson } from './record.ts';
import type { Segment } from './segment.ts';
import { addShare, encodeFooter, newSegment } from './segment.ts';
import type { JournalFile } from './store.ts';
import { isNoRoom, writeWhole } from './store.ts';

/** Puts records on the disk. One call at a time. */
export interface Writer {
  /**
   * Writes and syncs batches and everything the journal itself has to say. After an error the segment is left, never synced again, and all of it goes
   * to another one; when that fails, too (on a disk that is full: at once), it rejects and nothing of it counts.
   */
  commit(batches: readonly Batch[]): Promise<void>;
  /** Leaves the segment that is being written; the next commit begins another one. */
  leaveSegment(): void;
  /** A segment of an earlier process, to be sealed: everything in it has been synced. */
  adopt(target: Target): void;
  /** Seals what can be sealed. `last`: nothing will be written after it. */
  seal(last: boolean): Promise<void>;
  /** Whether the next commit of that many bytes begins a segment. */
  begins(bytes: number): boolean;
}

/** A segment and the file behind it. */
export interface Target {
  readonly segment: Segment;
  readonly file: JournalFile;
}

/** A segment's share of the state at its start: one that is mostly that would be of no use. */
const HEAD_SHARE = 4;

export function createWriter(log: Log, onSealed: (segment: Segment) => void): Writer {
  const { store, durability } = log.settings;
  /** Left as they should be: everything in them has been synced. */
  const toSeal: Target[] = [];
  let headBytes = 0;

  const roomy = (): number => Math.max(log.settings.segmentBytes, headBytes * HEAD_SHARE);

  const create = async (): Promise<Target> => {
    const segment = newSegment(log.nextSegmentId);
    // An id is used once: what a failed attempt left behind can never be taken for the next one.
    log.nextSegmentId += 1;
    return { segment, file: await store.create(segment.name) };
  };

  const commitTo = async (target: Target, fresh: boolean, batches: readonly Batch[]): Promise<void> => {
    const { segment, file } = target;
    const control: Collected = fresh
      ? log.control.head({ id: segment.id, segments: log.segments.map(({ id, end }) => [id, end] as const) })
      : log.control.collect();
    try {
      const commit = encodeJson(Kind.commit, {}, { offset: segment.end });
      const own = fresh ? [...control.records, commit] : [commit, ...control.records];
      const ownBytes = own.reduce((sum, record) => sum + record.length, 0);
      const buffers = [Buffer.concat(own, ownBytes), ...batches.flatMap((batch) => batch.buffers)];
      const written = await writeWhole(file, buffers, segment.end);
      if (durability === 'sync') await file.sync();
      if (fresh) {
        await store.syncDirectory();
        headBytes = ownBytes;
      }
      log.syncs += 1;
      let shift = segment.end + ownBytes;
      segment.end += written;
      segment.size = segment.end;
      for (const batch of batches) {
        for (const [lane, { share, index }] of batch.lanes) {
          addShare(segment, lane, share, index, shift);
          lane.durable = share.tail;
        }
        segment.oldestAt = Math.min(segment.oldestAt, batch.oldestAt);
        segment.newestAt = Math.max(segment.newestAt, batch.newestAt);
        shift += batch.bytes;
      }
      control.done();
    } catch (error) {
      control.failed();
      throw error;
    }
  };

  /** Best effort: what is above its end does not count anyway, but takes room. */
  const abandon = async ({ segment, file }: Target): Promise<void> => {
    await file.truncate(segment.end).catch(() => undefined);
    await file.close().catch(() => undefined);
    if (segment.end === 0) await store.remove(segment.name).catch(() => undefined);
  };

  const fits = (target: Target, batches: readonly Batch[]): boolean =>
    batches.every((batch) =>
      [...batch.lanes].every(([lane, { share }]) => target.segment.index?.get(lane)?.holds(share.last) ?? true),
    );

  const attempt = async (batches: readonly Batch[]): Promise<void> => {
    const bytes = batches.reduce((sum, batch) => sum + batch.bytes, 0);
    if (log.active !== undefined && (writer.begins(bytes) || !fits(log.active, batches))) writer.leaveSegment();
    const known = log.active;
    const target = known ?? (await create());
    try {
      await commitTo(target, known === undefined, batches);
    } catch (error) {
      log.active = undefined;
      await abandon(target);
      if (known !== undefined) onSealed(target.segment);
      throw error;
    }
    if (known === undefined) {
      log.active = target;
      log.segments.push(target.segment);
    }
  };

  const writer: Writer = {
    begins: (bytes) => log.active === undefined || log.active.segment.end + bytes > roomy(),
    adopt: (target) => void toSeal.push(target),
    leaveSegment() {
      if (log.active !== undefined) toSeal.push(log.active);
      log.active = undefined;
    },
    async commit(batches) {
      try {
        await attempt(batches);
      } catch (error) {
        if (isNoRoom(error)) throw error;
        await attempt(batches);
      }
    },
    async seal(last) {
      if (last) writer.leaveSegment();
      for (const target of toSeal.splice(0)) {
        const { segment, file } = target;
        const isNewest = last && segment === log.segments.at(-1);
        try {
          const footer = encodeFooter(segment, isNewest ? null : log.nextSegmentId - 1);
          await writeWhole(file, [footer], segment.end);
          if (durability === 'sync') await file.sync();
          segment.size = segment.end + footer.length;
          segment.sealed = true;
        } catch {
          // A footer saves time, nothing else; a disk in trouble says so at the next commit.
        }
        await file.close().catch(() => undefined);
        onSealed(segment);
      }
    },
  };
  return writer;
}
