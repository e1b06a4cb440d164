import type { DeliveryGap } from '../delivery-record.ts';
import type { Lane, LaneTable } from './lane.ts';
import { gapOf } from './lane.ts';
import type { JournalTarget } from './journal-view.ts';
import { storeOf, viewJournal } from './journal-view.ts';
import { Kind, encodeJson, header } from './record.ts';
import { scanSegment } from './scan-segment.ts';
import type { Segment } from './segment.ts';
import { encodeFooter } from './segment.ts';
import type { JournalStore } from './store.ts';
import { writeWhole } from './store.ts';
import { copyAside } from './aside.ts';
import { recover } from './recovery.ts';
import { verifyJournal } from './verify-journal.ts';
import { walk } from './walk.ts';

/** What a repair has done. */
export interface JournalRepair {
  /** What was found, in words. */
  readonly damage: readonly string[];
  /** Segments that were written anew without their damaged parts, which are kept beside them. */
  readonly rewritten: readonly string[];
  /** What is lost, as consumers will be told. */
  readonly gaps: readonly DeliveryGap[];
}

/**
 * Makes a journal whole again that no process uses: what is damaged is kept aside, every intact record stays, what is missing between them is written down as
 * gaps. A start does all that is needed of it by itself; this saves it the work, and `verifyJournal` is content afterwards.
 *
 * Rejects when a process holds the journal, or when the disk refuses.
 */
export async function repairJournal(target: JournalTarget, wallTime = 0): Promise<JournalRepair> {
  const store = storeOf(target);
  const release = await store.lock();
  try {
    const before = await verifyJournal(store, wallTime);
    const view = await viewJournal(store, wallTime);
    const { lanes, sessions } = view;
    // Sets aside what is none of ours.
    await recover({ store, lanes, sessions, sinks: ['-'], wallTime, mayChange: true });
    if (before.ok) return { damage: before.damage, rewritten: [], gaps: [] };
    // Reading finds what the indexes still name and the disk has no more.
    for (const lane of lanes.all) await readThrough(view.reader.read, lane);
    const rewritten: string[] = [];
    const { segments, missing } = view.recovered;
    for (const [index, segment] of segments.entries()) {
      const next = segments[index + 1]?.id ?? null;
      const added = next === null ? lostRecords(lanes, missing) : [];
      if (await rewrite(store, lanes, segment, next, added)) rewritten.push(segment.name);
    }
    await store.syncDirectory();
    const gaps = Array.from(lanes.all, (lane) => lane.holes.map(gapOf)).flat();
    return { damage: before.damage, rewritten, gaps };
  } finally {
    await release();
  }
}

/** What is lost, for the end of the newest segment. */
function lostRecords(lanes: LaneTable, missing: readonly number[]): Buffer[] {
  const holes = Array.from(lanes.all, (lane) => lane.holes).flat();
  const records = holes.map((hole) => encodeJson(Kind.hole, hole));
  return missing.length > 0 ? [...records, encodeJson(Kind.retired, { segments: missing })] : records;
}

async function readThrough(
  read: (
    key: Lane['key'],
    after: number,
    limit: { records: number; bytes: number },
  ) => Promise<readonly { offset: number }[]>,
  { key }: Lane,
): Promise<void> {
  for (let after = -1; ;) {
    const last = (await read(key, after, { records: 512, bytes: 2 ** 20 })).at(-1);
    if (last === undefined) return;
    after = last.offset;
  }
}

/** Writes a segment anew if it needs it. `added` stands at its end. */
async function rewrite(
  store: JournalStore,
  lanes: LaneTable,
  segment: Segment,
  next: number | null,
  added: readonly Buffer[],
): Promise<boolean> {
  const kept: Buffer[] = [];
  let isWhole = segment.sealed && added.length === 0;
  await walk(
    store,
    { name: segment.name, end: isWhole ? segment.size : segment.end },
    {
      record(source, at, length) {
        const kind = header.kind(source, at);
        // What was synced when has no meaning in a file that was written at once.
        if (kind !== Kind.commit && kind !== Kind.footer) kept.push(Buffer.from(source.subarray(at, at + length)));
      },
      damage: () => (isWhole = false),
    },
  );
  if (isWhole) return false;
  await copyAside(store, segment, { from: 0, to: segment.size });
  const records = [...kept, ...added];
  const size = records.reduce((sum, record) => sum + record.length, 0);
  const temporary = `${segment.name}.repair`;
  const file = await store.create(temporary);
  try {
    // Positions are counted where the records stand now.
    await writeWhole(file, [Buffer.concat(records, size)], 0);
    const scan = await scanSegment(store, lanes, { id: segment.id, end: size, size, name: temporary });
    await writeWhole(file, [encodeFooter(scan.segment, next)], size);
    await file.sync();
  } finally {
    await file.close();
  }
  await store.rename(temporary, segment.name);
  return true;
}
