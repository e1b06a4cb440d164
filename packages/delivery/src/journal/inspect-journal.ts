import type { SessionCheckpoint } from '@shardgate/gateway';
import type { DeliveryGap, LaneKey } from '../delivery-record.ts';
import type { JournalTarget } from './journal-view.ts';
import { viewJournal } from './journal-view.ts';
import { gapOf } from './lane.ts';
import { segmentId } from './segment.ts';

/** What a journal holds. */
export interface JournalInspection {
  readonly bytes: number;
  readonly records: number;
  readonly segments: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly records: number;
    readonly lanes: number;
    readonly sealed: boolean;
    /** Wall-clock milliseconds of its records; null when it has none. */
    readonly oldestAt: number | null;
    readonly newestAt: number | null;
  }[];
  readonly lanes: readonly (LaneKey & {
    readonly records: number;
    readonly firstOffset: number | null;
    readonly lastOffset: number;
    readonly sessionId: string | null;
    readonly seq: number | null;
    /** Acknowledged offset by sink. */
    readonly cursors: Readonly<Record<string, number>>;
    readonly gaps: readonly DeliveryGap[];
  })[];
  readonly sessions: readonly SessionCheckpoint[];
  readonly damage: readonly string[];
  /** Bytes at the end that were never synced: a write under way, or what a crash left. */
  readonly tornBytes: number;
  /** Files that are no segments: what was set aside, the lock, the ballast. */
  readonly otherFiles: readonly { readonly name: string; readonly bytes: number }[];
}

/** Looks at a journal, in use or not, by its indexes; does not read every record. `verifyJournal` does. */
export async function inspectJournal(target: JournalTarget, wallTime = 0): Promise<JournalInspection> {
  const { store, lanes, sessions, recovered } = await viewJournal(target, wallTime);
  const { segments, damage, torn } = recovered;
  const countOf = (shares: Iterable<{ readonly count: number }>): number => {
    let count = 0;
    for (const share of shares) count += share.count;
    return count;
  };
  return {
    bytes: segments.reduce((sum, { size }) => sum + size, 0),
    records: segments.reduce((sum, segment) => sum + countOf(segment.lanes.values()), 0),
    segments: segments.map((segment) => ({
      name: segment.name,
      bytes: segment.size,
      records: countOf(segment.lanes.values()),
      lanes: segment.lanes.size,
      sealed: segment.sealed,
      oldestAt: segment.lanes.size > 0 ? segment.oldestAt : null,
      newestAt: segment.lanes.size > 0 ? segment.newestAt : null,
    })),
    lanes: Array.from(lanes.all, (lane) => {
      const shares = segments.flatMap((segment) => segment.lanes.get(lane) ?? []);
      return {
        ...lane.key,
        records: countOf(shares),
        firstOffset: shares[0]?.first ?? null,
        lastOffset: lane.highest,
        sessionId: lane.durable?.sessionId ?? null,
        seq: lane.durable?.seq ?? null,
        cursors: Object.fromEntries(lane.cursors),
        gaps: lane.holes.map(gapOf),
      };
    }),
    sessions: [...sessions.all],
    damage,
    tornBytes: torn,
    otherFiles: (await store.list())
      .filter(({ name }) => segmentId(name) === undefined)
      .map(({ name, size }) => ({ name, bytes: size })),
  };
}
