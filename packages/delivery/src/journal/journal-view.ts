import { createChunkCache } from './chunk-cache.ts';
import { createControl } from './control.ts';
import { createFileStore } from './file-store.ts';
import { createIndexCache } from './index-cache.ts';
import type { JournalListener } from './journal.ts';
import type { LaneTable } from './lane.ts';
import { createLaneTable } from './lane.ts';
import type { Log } from './log.ts';
import type { JournalSettings } from './options.ts';
import { resolveOptions } from './options.ts';
import type { Reader } from './record-reader.ts';
import { createReader } from './reader.ts';
import type { Recovered } from './recovery.ts';
import { recover } from './recovery.ts';
import type { SessionTable } from './session-table.ts';
import { createSessionTable } from './session-table.ts';
import type { JournalStore } from './store.ts';
import { codeOf } from './store.ts';

/** A journal's directory, or the store behind it. */
export type JournalTarget = string | JournalStore;

/** A journal seen from outside, at one moment. Nothing is changed, and no lock is taken: another process may be writing it. */
export interface JournalView {
  readonly store: JournalStore;
  readonly lanes: LaneTable;
  readonly sessions: SessionTable;
  readonly recovered: Recovered;
  readonly reader: Reader;
}

/** A journal in use may retire a segment while it is being looked at; then the look begins again. */
const TRIES = 5;

const DEAF: JournalListener = { onDurable() {}, onCursor() {}, onGap() {}, onRoom() {} };

export function storeOf(target: JournalTarget): JournalStore {
  return typeof target === 'string' ? createFileStore({ path: target }) : target;
}

/** A journal that is only read has no use for timers. */
function settingsOf(target: JournalTarget, wallTime: number): JournalSettings {
  return resolveOptions({
    path: typeof target === 'string' ? target : 'the store',
    // A sink that has acknowledged nothing: everything that is there is shown.
    sinks: ['-'],
    store: storeOf(target),
    clock: { now: () => 0, wallTime: () => wallTime, setTimer: () => undefined, clearTimer() {} },
  });
}

/** @param wallTime wall-clock milliseconds, the time at which damage counts as noticed */
export async function viewJournal(
  target: JournalTarget,
  wallTime: number,
  listener: JournalListener = DEAF,
): Promise<JournalView> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await viewOnce(target, wallTime, listener);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || tried === TRIES) throw error;
    }
  }
}

async function viewOnce(target: JournalTarget, wallTime: number, listener: JournalListener): Promise<JournalView> {
  const settings = settingsOf(target, wallTime);
  const { store, sinks } = settings;
  const lanes = createLaneTable();
  const sessions = createSessionTable();
  const recovered = await recover({ store, lanes, sessions, sinks, wallTime, mayChange: false });
  const log: Log = {
    settings,
    lanes,
    sessions,
    control: createControl(lanes, sessions, sinks, (...cursor) => listener.onCursor(...cursor)),
    listener,
    segments: [...recovered.segments],
    active: undefined,
    leaving: [],
    queue: [],
    writing: 0,
    forgotten: new Set(),
    nextSegmentId: recovered.nextSegmentId,
    pendingBytes: 0,
    pendingRecords: 0,
    health: 'ok',
    appended: 0,
    dropped: 0,
    syncs: 0,
  };
  const reader = createReader(log, createChunkCache(store), createIndexCache(store, lanes));
  return { store, lanes, sessions, recovered, reader };
}
