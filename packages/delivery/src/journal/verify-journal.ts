import type { DeliveryGap } from '../delivery-record.ts';
import type { JournalTarget } from './journal-view.ts';
import { viewJournal } from './journal-view.ts';
import { readFooter } from './segment.ts';
import { walk } from './walk.ts';

/** What reading every byte of a journal has shown. */
export interface JournalVerification {
  /** Whether every byte that counts is as it was written, and nothing is missing that is not written down as missing. A tail that was never synced is no fault. */
  readonly ok: boolean;
  readonly segments: number;
  /** Records of any kind that are intact. */
  readonly records: number;
  readonly damage: readonly string[];
  /** Bytes at the end that do not count: a write under way, what a crash left, or a broken index of the newest segment. */
  readonly tornBytes: number;
  /** What consumers that have acknowledged nothing would be told instead of records, for damage and for drops. */
  readonly gaps: readonly DeliveryGap[];
}

/** Most records read at once. */
const STEP = { records: 512, bytes: 2 ** 20 };

/** Reads all of a journal, in use or not. */
export async function verifyJournal(target: JournalTarget, wallTime = 0): Promise<JournalVerification> {
  const { store, lanes, recovered, reader } = await viewJournal(target, wallTime);
  const damage = new Set(recovered.damage);
  let records = 0;
  for (const segment of recovered.segments) {
    const footer = segment.sealed ? await readFooter(store, lanes, segment) : undefined;
    await walk(
      store,
      { name: segment.name, end: footer === undefined ? segment.end : segment.size },
      {
        record: () => void (records += 1),
        damage: ({ from, to }) => void damage.add(`${segment.name}: bytes ${from} to ${to} are damaged`),
      },
    );
    const isNewest = segment === recovered.segments.at(-1);
    // A crash or an error leaves segments without one; then everything up to the end that is known counts, and nothing after it.
    if (footer === undefined && !isNewest && segment.size > segment.end) {
      damage.add(`${segment.name}: bytes ${segment.end} to ${segment.size} do not count`);
    }
  }
  const gaps: DeliveryGap[] = [];
  const countHoles = (): number => Array.from(lanes.all).reduce((count, { holes }) => count + holes.length, 0);
  const holesBefore = countHoles();
  for (const lane of lanes.all) {
    for (let after = -1; ;) {
      const some = await reader.read(lane.key, after, STEP);
      const last = some.at(-1);
      if (last === undefined) break;
      for (const record of some) if (record.kind === 'gap' && record.cause === 'journalDamaged') gaps.push(record);
      after = last.offset;
    }
  }
  return {
    ok: damage.size === 0 && recovered.holes.length === 0 && countHoles() === holesBefore,
    segments: recovered.segments.length,
    records,
    damage: [...damage],
    tornBytes: recovered.torn,
    gaps,
  };
}
