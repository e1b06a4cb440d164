import type { SessionCheckpoint, SessionKey } from '@shardgate/gateway';
import type { LaneKey } from '../delivery-record.ts';
import type { Hole, Lane, LaneTable, Tail } from './lane.ts';
import { acknowledgedBy, putHole } from './lane.ts';
import type { KindCode } from './record.ts';
import { Kind, encodeJson } from './record.ts';
import type { OpenRecord } from './segment.ts';
import type { SessionTable } from './session-table.ts';

/** What stands in a `cursor` record. */
interface CursorRecord {
  readonly sink: string;
  readonly lanes: (readonly [shardId: number, shardCount: number, offset: number])[];
}
/** What stands in a `lanes` record. */
type LanesRecord = readonly (readonly [shardId: number, shardCount: number, tail: Tail | null, highest: number])[];

/** Records that are to go with the next write. */
export interface Collected {
  readonly records: Buffer[];
  done(): void;
  /** All of it is to be written again; who waits for it goes on waiting. */
  failed(): void;
}

/**
 * The journal's own records: cursors, sessions, holes, retired segments. They are state rather than a queue: what changes twice before a write is written
 * once, so memory is bounded however long the disk refuses.
 */
export interface Control {
  /** Whether there is anything that must not wait for `cursorsDue`. */
  readonly urgent: boolean;
  readonly dirty: boolean;
  /** Set when cursors have waited long enough. */
  cursorsDue: boolean;
  cursorMoved(sink: string, lane: Lane): void;
  holeAdded(hole: Hole): void;
  /** The segment's removal is to be written. */
  retired(id: number): void;
  /** Resolves when what is dirty now is on the disk; rejects by {@link Control.refuse}. */
  written(): Promise<void>;
  /** Tells all who wait for a write that there is none for now. */
  refuse(error: unknown): void;
  collect(): Collected;
  /** The whole state, as it stands at the start of a segment. */
  head(open: OpenRecord): Collected;
}

/** Takes what a record of the journal itself says. */
export function applyControl(
  state: { readonly lanes: LaneTable; readonly sessions: SessionTable; readonly retired: Set<number> },
  kind: number,
  json: unknown,
): void {
  switch (kind) {
    case Kind.session:
      return state.sessions.apply(json as SessionCheckpoint);
    case Kind.sessionEnd:
      return state.sessions.apply(json as { removed: SessionKey });
    case Kind.hole: {
      const hole = json as Hole;
      putHole(state.lanes.of(hole), hole);
      return;
    }
    case Kind.retired:
      for (const id of (json as { segments: number[] }).segments) state.retired.add(id);
      return;
    case Kind.cursor: {
      const { sink, lanes } = json as CursorRecord;
      for (const [shardId, shardCount, offset] of lanes) {
        const { cursors } = state.lanes.of({ shardId, shardCount });
        cursors.set(sink, Math.max(offset, cursors.get(sink) ?? -1));
      }
      return;
    }
    case Kind.lanes:
      for (const [shardId, shardCount, tail, highest] of json as LanesRecord) {
        const lane = state.lanes.of({ shardId, shardCount });
        lane.highest = Math.max(lane.highest, highest);
        if (tail !== null && tail.offset > (lane.durable?.offset ?? -1)) lane.durable = tail;
      }
  }
}

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

/** @param onCursor hears of each cursor that is on the disk */
export function createControl(
  lanes: LaneTable,
  sessions: SessionTable,
  sinks: readonly string[],
  onCursor: (sink: string, lane: LaneKey, offset: number) => void,
): Control {
  let cursors = new Map<string, Set<Lane>>();
  let holes = new Set<Hole>();
  let retired = new Set<number>();
  let waiters: Waiter[] = [];

  const cursorsOf = (sink: string, moved: Iterable<Lane>): CursorRecord => {
    const record: CursorRecord = { sink, lanes: [] };
    for (const lane of moved) {
      const offset = lane.cursors.get(sink);
      if (offset !== undefined) record.lanes.push([lane.key.shardId, lane.key.shardCount, offset]);
    }
    return record;
  };

  /** Nothing is dirty from here on. */
  const take = (
    written: readonly CursorRecord[],
    before: readonly Buffer[],
    after: readonly Buffer[] = [],
  ): Collected => {
    const taken = { cursors, holes, retired, waiters, sessions: sessions.collect() };
    cursors = new Map();
    holes = new Set();
    retired = new Set();
    waiters = [];
    control.cursorsDue = false;
    return {
      records: [...before, ...taken.sessions.records, ...after],
      done() {
        taken.sessions.done();
        for (const { sink, lanes: list } of written)
          for (const [shardId, shardCount, offset] of list) onCursor(sink, { shardId, shardCount }, offset);
        for (const waiter of taken.waiters) waiter.resolve();
      },
      failed() {
        for (const [sink, moved] of taken.cursors) for (const lane of moved) control.cursorMoved(sink, lane);
        for (const hole of taken.holes) holes.add(hole);
        for (const id of taken.retired) retired.add(id);
        control.cursorsDue = cursors.size > 0;
        taken.sessions.failed();
        waiters.unshift(...taken.waiters);
      },
    };
  };

  const control: Control = {
    cursorsDue: false,
    get urgent() {
      return sessions.dirty || holes.size > 0 || retired.size > 0 || waiters.length > 0;
    },
    get dirty() {
      return control.urgent || cursors.size > 0;
    },
    cursorMoved(sink, lane) {
      let moved = cursors.get(sink);
      if (moved === undefined) cursors.set(sink, (moved = new Set()));
      moved.add(lane);
    },
    holeAdded: (hole) => void holes.add(hole),
    retired: (id) => void retired.add(id),
    written: () => new Promise((resolve, reject) => void waiters.push({ resolve, reject })),
    refuse(error) {
      for (const waiter of waiters.splice(0)) waiter.reject(error);
    },
    collect() {
      const written = Array.from(cursors, ([sink, moved]) => cursorsOf(sink, moved));
      const holeRecords = Array.from(holes, (hole) => encodeJson(Kind.hole, hole));
      const gone = retired.size > 0 ? [encodeJson(Kind.retired, { segments: [...retired] })] : [];
      return take(written, [...written.map(encodeCursors), ...holeRecords, ...gone]);
    },
    head(open) {
      const bySink = new Map<string, Lane[]>();
      const table: LanesRecord[number][] = [];
      const kept: Hole[] = [];
      for (const lane of lanes.all) {
        const { shardId, shardCount } = lane.key;
        table.push([shardId, shardCount, lane.durable ?? null, lane.highest]);
        for (const sink of lane.cursors.keys()) {
          const moved = bySink.get(sink);
          if (moved === undefined) bySink.set(sink, [lane]);
          else moved.push(lane);
        }
        const acknowledged = acknowledgedBy(lane, sinks);
        kept.push(...lane.holes.filter((hole) => hole.to > acknowledged));
      }
      const written = Array.from(bySink, ([sink, moved]) => cursorsOf(sink, moved));
      return take(
        written,
        [
          encodeJson(Kind.open, open),
          encodeJson(Kind.lanes, table),
          ...written.map(encodeCursors),
          ...kept.map((hole) => encodeJson(Kind.hole, hole)),
          ...sessions.snapshot(),
        ],
        [encodeJson(Kind.headEnd, {})],
      );
    },
  };
  return control;
}

function encodeCursors(record: CursorRecord): Buffer {
  return encodeJson(Kind.cursor, record);
}

/** Kinds that {@link applyControl} takes. */
export const CONTROL_KINDS: ReadonlySet<number> = new Set<KindCode>([
  Kind.session,
  Kind.sessionEnd,
  Kind.hole,
  Kind.retired,
  Kind.cursor,
  Kind.lanes,
]);
