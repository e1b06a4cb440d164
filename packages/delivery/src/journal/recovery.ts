import { copyAside } from './aside.ts';
import { applyControl } from './control.ts';
import { holeBetween } from './damaged-hole.ts';
import { findSegments } from './find-segments.ts';
import type { Hole, LaneTable } from './lane.ts';
import { addHole } from './lane.ts';
import { linkLanes } from './link-lanes.ts';
import type { ScannedSegment } from './scan-segment.ts';
import { scanSegment } from './scan-segment.ts';
import type { Segment } from './segment.ts';
import { readFooter, segmentName } from './segment.ts';
import type { SessionTable } from './session-table.ts';
import type { JournalStore } from './store.ts';
import { examine } from './walk.ts';

/** Where a recovery reads from, and the tables it fills. */
export interface RecoveryBed {
  readonly store: JournalStore;
  readonly lanes: LaneTable;
  readonly sessions: SessionTable;
  readonly sinks: readonly string[];
  readonly wallTime: number;
  /** False for a look from outside. */
  readonly mayChange: boolean;
}

/** What is left of earlier processes. */
export interface Recovered {
  /** Oldest first. */
  readonly segments: readonly Segment[];
  /** Files that nobody needs any more. */
  readonly useless: readonly string[];
  /** Holes that damage has made, not on the disk yet. */
  readonly holes: readonly Hole[];
  readonly damage: readonly string[];
  /** Segments that should be there and are not. */
  readonly missing: readonly number[];
  /** Bytes at the end of the newest segment that were never synced. */
  readonly torn: number;
  readonly nextSegmentId: number;
}

/**
 * Reads what is there. Of older segments that are sealed only the footers are read; the newest one whose start holds a whole state, and what came after it, from
 * front to back. Whatever the files hold, it comes to an end and says what is wrong.
 */
export async function recover(bed: RecoveryBed): Promise<Recovered> {
  const { store, lanes, sessions, sinks, wallTime: detectedAt, mayChange } = bed;
  const { files, empty, damage: foreign } = await findSegments(store, mayChange);
  const damage = [...foreign];
  const newestOpen = files.findLast((file) => file.open !== undefined)?.open;
  /** What the newest segment says of older ones; one that it does not name was retired, or left after an error. */
  const ends = new Map(newestOpen?.segments);
  const counts = (id: number): boolean => newestOpen === undefined || id >= newestOpen.id || ends.has(id);
  const counting = files.filter(({ id }) => counts(id));

  const segments: Segment[] = [];
  const scans: ScannedSegment[] = [];
  const damaged = new Set<number>();
  let torn = 0;
  for (const file of counting.toReversed()) {
    const isNewest = file === counting.at(-1);
    const footer = await readFooter(store, lanes, file);
    if (isNewest && typeof footer?.next === 'number') {
      damage.push(`${segmentName(footer.next)} is missing, and with it the newest records`);
    }
    const stateIsWhole = scans.some((scan) => scan.headIntact);
    if (stateIsWhole && footer !== undefined) {
      segments.unshift({ ...footer.segment, index: undefined });
      continue;
    }
    const limit = footer?.segment.end ?? ends.get(file.id);
    // Only where nothing else tells the end it has to be found first.
    const seen = limit === undefined ? await examine(store, file) : undefined;
    if (isNewest) torn = seen?.torn ?? 0;
    const scan = await scanSegment(store, lanes, { id: file.id, end: seen?.end ?? limit ?? 0, size: file.size });
    for (const part of seen?.damage ?? scan.damage) {
      damaged.add(file.id);
      damage.push(`${file.name}: bytes ${part.from} to ${part.to} are damaged`);
      if (mayChange) await copyAside(store, file, part);
    }
    // An index that was sealed knows of damaged records, too: reading finds them and tells exactly what they were.
    segments.unshift(footer?.segment ?? scan.segment);
    if (!stateIsWhole) scans.unshift(scan);
    else if (footer === undefined) scans.push({ ...scan, control: [] });
  }

  const retired = new Set<number>();
  scans.sort((one, other) => one.segment.id - other.segment.id);
  for (const { control } of scans) {
    for (const { kind, json } of control) applyControl({ lanes, sessions, retired }, kind, json);
  }
  const missing: number[] = [];
  for (const id of ends.keys()) {
    if (retired.has(id) || counting.some((file) => file.id === id)) continue;
    damaged.add(id);
    missing.push(id);
    if (!foreign.some((text) => text.startsWith(segmentName(id)))) damage.push(`${segmentName(id)} is missing`);
  }

  const kept = segments.filter(({ id, end }) => !retired.has(id) && end > 0);
  const holes: Hole[] = [];
  for (const { segment, breaks } of scans) {
    // Without damage a break is a drop, and told by its own record.
    if (!damaged.has(segment.id) || !kept.includes(segment)) continue;
    for (const { lane, from, to, previous, next } of breaks) {
      const what = { from, to, cause: 'journalDamaged', count: null, detectedAt } as const;
      const hole = addHole(lane, holeBetween(lane, previous, next, what));
      if (hole !== undefined) holes.push(hole);
    }
  }
  holes.push(...linkLanes({ lanes, segments: kept, damaged, sinks, detectedAt }));
  const keptNames = new Set(kept.map(({ name }) => name));
  return {
    segments: kept,
    useless: [...empty, ...files.map(({ name }) => name).filter((name) => !keptNames.has(name))],
    holes,
    damage,
    missing,
    torn,
    nextSegmentId: Math.max(0, ...files.map(({ id }) => id), ...ends.keys()) + 1,
  };
}
