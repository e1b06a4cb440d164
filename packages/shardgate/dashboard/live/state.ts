import type { AdminSnapshot } from '../../src/admin/snapshot.ts';
import type { HistoryPoint, Incident, ShardSummary } from '../../src/service/service-view.ts';
import type { ShardCondition } from '../../src/service/shard-condition.ts';

/** What the service sends each second. */
export type Snapshot = AdminSnapshot;

/** How the page stands with the service. */
export type Link =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** Nothing comes; `retryAt` is when it is tried again, wall-clock milliseconds. */
  | { readonly kind: 'lost'; readonly why: string; readonly retryAt: number }
  /** The service wants a key; `wrong` when the one given was not right. */
  | { readonly kind: 'locked'; readonly wrong: boolean };

/** A shard as the grid draws it. */
export interface GridCell {
  readonly id: number;
  readonly condition: ShardCondition;
}

/** Everything the page shows, never changed in place: whoever shows a part looks whether it is another object. */
export interface LiveState {
  readonly link: Link;
  /** Undefined before the first. */
  readonly snapshot: Snapshot | undefined;
  /** The same object as long as no shard changed its condition. */
  readonly grid: readonly GridCell[];
  /** Oldest first. */
  readonly history: readonly HistoryPoint[];
  /** Newest first. */
  readonly incidents: readonly Incident[];
}

export const atStart: LiveState = {
  link: { kind: 'connecting' },
  snapshot: undefined,
  grid: [],
  history: [],
  incidents: [],
};

/** As many as the service keeps: five minutes of seconds. */
const HISTORY_POINTS = 300;
const INCIDENTS = 200;

export function withSnapshot(state: LiveState, snapshot: Snapshot): LiveState {
  return {
    ...state,
    snapshot,
    grid: gridOf(state.grid, snapshot.shards),
    history: snapshot.point === null ? state.history : withPoint(state.history, snapshot.point),
  };
}

export function withIncident(state: LiveState, incident: Incident): LiveState {
  if (state.incidents.some(({ id }) => id === incident.id)) return state;
  const incidents = [incident, ...state.incidents].sort((one, other) => other.id - one.id).slice(0, INCIDENTS);
  return { ...state, incidents };
}

/** What the service remembers takes the place of what was shown, but for what came in while it was on its way. */
export function withPast(
  state: LiveState,
  history: readonly HistoryPoint[],
  incidents: readonly Incident[],
): LiveState {
  const lastPoint = history.at(-1)?.at ?? 0;
  const lastIncident = incidents[0]?.at ?? 0;
  return {
    ...state,
    history: [...history, ...state.history.filter(({ at }) => at > lastPoint)].slice(-HISTORY_POINTS),
    incidents: [...state.incidents.filter(({ at }) => at > lastIncident), ...incidents].slice(0, INCIDENTS),
  };
}

/** A point that came already, or is older than the newest, changes nothing. */
function withPoint(history: readonly HistoryPoint[], point: HistoryPoint): readonly HistoryPoint[] {
  const newest = history.at(-1);
  if (newest && newest.at >= point.at) return history;
  return [...history.slice(-(HISTORY_POINTS - 1)), point];
}

/** Keeps the grid, and each cell of it, that is the same: only what changed is drawn again. */
function gridOf(before: readonly GridCell[], shards: readonly ShardSummary[]): readonly GridCell[] {
  let changed = before.length !== shards.length;
  const grid = shards.map(({ id, condition }, index) => {
    const old = before[index];
    if (old && old.id === id && old.condition === condition) return old;
    changed = true;
    return { id, condition };
  });
  return changed ? grid : before;
}
