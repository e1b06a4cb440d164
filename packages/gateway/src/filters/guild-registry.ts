import type { GuildSnapshot, GuildStatus } from '../session-store/session-store.ts';

/**
 * What a guild event means to the bot: it was added to the guild, the guild was loaded after READY, it is back from an outage, the bot
 * is no longer in it, it is hidden by an outage.
 */
export type GuildEvent = 'join' | 'startup' | 'available' | 'leave' | 'outage';

/** Statuses of a guild the registry holds. */
export type HeldStatus = Exclude<GuildStatus, 'absent'>;

/** How READY's guild list differs from what was known before. Both empty when nothing was known: a first READY is no news. */
export interface ReadyDifference {
  /** Guilds that were known and that READY does not name: the bot left while away. */
  readonly left: readonly string[];
  /** Guilds that READY names and that were not known: the bot joined while away. */
  readonly joined: readonly string[];
}

/**
 * The guilds of one shard and what Discord last said of each.
 *
 * The list must outlive the session's connection, since a resume brings no READY: {@link GuildRegistry.snapshot} and
 * {@link GuildRegistry.restore} carry it through a checkpoint. Ids are kept as given, so they must not be slices of a payload's text.
 */
export interface GuildRegistry {
  /** READY arrived: exactly these guilds, all loading. */
  ready(guildIds: readonly string[], seq: number): ReadyDifference;
  /**
   * GUILD_CREATE arrived. `unavailable` is whether it has nothing but the id and `unavailable: true`: then the answer is `outage`, and the full one
   * that follows is what it would have been without (`join`, `startup`). `replaced` means there is nothing to tell.
   */
  created(id: string, unavailable: boolean, seq: number): GuildEvent | 'replaced';
  /** GUILD_DELETE arrived. `unchanged` is an outage told again. */
  deleted(id: string, unavailable: boolean, seq: number): GuildEvent | 'unchanged';
  /** Sets a guild's status by hand, as if with the last event. */
  set(id: string, status: GuildStatus): void;
  status(id: string): GuildStatus;
  /** Guilds by status. */
  readonly sizes: Readonly<Record<HeldStatus, number>>;
  /** Ids of the guilds in a status, live like a Map's iterator. */
  ids(status: HeldStatus): Generator<string, undefined>;
  /** Whether there is a change that no snapshot holds. */
  readonly changed: boolean;
  /** The lists as of a sequence number, which must not be below one given to {@link GuildRegistry.persisted}. */
  snapshot(settledSeq: number): GuildSnapshot;
  /** A checkpoint with this number is stored: nothing goes back below it. */
  persisted(seq: number): void;
  /** Takes the guilds from a snapshot, gone back to `seq`. */
  restore(snapshot: GuildSnapshot, seq: number): void;
}

/**
 * An outage can hide a guild before it was ever seen whole. What the full GUILD_CREATE will mean must not be lost over it, in a
 * snapshot neither, so the two such cases are statuses of their own that look like `unavailable` and are stored as what they were before.
 */
type Status = HeldStatus | 'unavailableLoading' | 'unavailableJoining';
type Before = Status | 'absent';
type Change = readonly [seq: number, id: string, before: Before];

const LOOKS: Readonly<Record<Before, GuildStatus>> = {
  loading: 'loading',
  available: 'available',
  unavailable: 'unavailable',
  unavailableLoading: 'unavailable',
  unavailableJoining: 'unavailable',
  absent: 'absent',
};
const STORED: Readonly<Record<Before, GuildStatus>> = {
  ...LOOKS,
  unavailableLoading: 'loading',
  unavailableJoining: 'absent',
};

/** What a full GUILD_CREATE means by the status before; Discord's own flags are too weak to tell. */
const CREATED: Readonly<Record<Before, GuildEvent | 'replaced'>> = {
  loading: 'startup',
  available: 'replaced',
  unavailable: 'available',
  unavailableLoading: 'startup',
  unavailableJoining: 'join',
  absent: 'join',
};

/** Changes remembered for going back while no checkpoint succeeds; beyond it a guild keeps only its first. */
const MAX_CHANGES = 10_000;

/** A registry that knows no guild. */
export function createGuildRegistry(): GuildRegistry {
  // One map and shared status strings: 60 to 100 bytes a guild.
  let guilds = new Map<string, Status>();
  let sizes: Record<HeldStatus, number> = { loading: 0, available: 0, unavailable: 0 };
  /** Changes above the last stored checkpoint, oldest first. */
  let changes: Change[] = [];
  let lastSeq = 0;
  let known = false;
  let changed = false;

  const countOne = (status: Before, by: 1 | -1): void => {
    const looks = LOOKS[status];
    if (looks !== 'absent') sizes[looks] += by;
  };

  const put = (id: string, after: Before, seq: number): void => {
    lastSeq = Math.max(lastSeq, seq);
    const before = guilds.get(id) ?? 'absent';
    if (before === after) return;
    countOne(before, -1);
    countOne(after, 1);
    if (after === 'absent') guilds.delete(id);
    else guilds.set(id, after);
    changes.push([lastSeq, id, before]);
    if (changes.length > MAX_CHANGES) changes = firstOfEach(changes);
    changed = true;
  };

  const replaceAll = (entries: Iterable<readonly [string, Status]>, seq: number): void => {
    guilds = new Map(entries);
    sizes = { loading: 0, available: 0, unavailable: 0 };
    for (const status of guilds.values()) countOne(status, 1);
    changes = [];
    lastSeq = seq;
    known = true;
  };

  return {
    ready(guildIds, seq) {
      const before = known ? guilds : undefined;
      replaceAll(
        guildIds.map((id) => [id, 'loading'] as const),
        seq,
      );
      changed = true;
      if (before === undefined) return { left: [], joined: [] };
      return {
        left: [...before.keys()].filter((id) => !guilds.has(id)),
        joined: [...guilds.keys()].filter((id) => !before.has(id)),
      };
    },
    created(id, unavailable, seq) {
      const before = guilds.get(id) ?? 'absent';
      if (!unavailable) {
        put(id, 'available', seq);
        return CREATED[before];
      }
      if (LOOKS[before] === 'unavailable') return 'replaced';
      put(id, before === 'absent' ? 'unavailableJoining' : hidden(before), seq);
      return 'outage';
    },
    deleted(id, unavailable, seq) {
      const before = guilds.get(id) ?? 'absent';
      if (!unavailable) {
        put(id, 'absent', seq);
        return 'leave';
      }
      if (LOOKS[before] === 'unavailable') return 'unchanged';
      put(id, hidden(before), seq);
      return 'outage';
    },
    set: (id, status) => put(id, status, lastSeq),
    status: (id) => LOOKS[guilds.get(id) ?? 'absent'],
    get sizes() {
      return sizes;
    },
    *ids(status) {
      for (const [id, held] of guilds) if (LOOKS[held] === status) yield id;
      return undefined;
    },
    get changed() {
      return changed;
    },
    snapshot(settledSeq) {
      const lists = listsOf(guilds, undoing(changes, settledSeq));
      changed = changes.some(([seq]) => seq > settledSeq);
      const kept = changes.filter(([seq]) => seq <= settledSeq);
      return {
        seq: settledSeq,
        ...lists,
        changes: kept.map(([seq, id, before]) => [seq, id, STORED[before]] as const),
      };
    },
    persisted(seq) {
      if ((changes[0]?.[0] ?? Number.POSITIVE_INFINITY) <= seq) changes = changes.filter((change) => change[0] > seq);
    },
    restore(snapshot, seq) {
      const { available, loading, unavailable } = guildsAt(snapshot, seq);
      const entries: (readonly [string, Status])[] = [];
      for (const id of available) entries.push([id, 'available']);
      for (const id of loading) entries.push([id, 'loading']);
      for (const id of unavailable) entries.push([id, 'unavailable']);
      replaceAll(entries, seq);
      changed = false;
    },
  };
}

/**
 * A snapshot as it was at an earlier sequence number: its changes above that are undone. A checkpoint's number may be older than its
 * guild list when the process died between writing the two. At or above the snapshot's own number it is returned as it is.
 */
export function guildsAt(snapshot: GuildSnapshot, seq: number): GuildSnapshot {
  if (seq >= snapshot.seq) return snapshot;
  const { available, loading, unavailable, changes } = snapshot;
  const guilds = new Map<string, HeldStatus>();
  for (const id of available) guilds.set(id, 'available');
  for (const id of loading) guilds.set(id, 'loading');
  for (const id of unavailable) guilds.set(id, 'unavailable');
  return { seq, ...listsOf(guilds, undoing(changes, seq)), changes: changes.filter((change) => change[0] <= seq) };
}

/** An outage's status for a guild; one that was never seen is taken for known, since Discord calls it ours. */
function hidden(before: Before): Status {
  return before === 'loading' ? 'unavailableLoading' : 'unavailable';
}

/** What guilds were before their first change above `seq`. */
function undoing<T extends Before>(changes: readonly (readonly [number, string, T])[], seq: number): Map<string, T> {
  const undone = new Map<string, T>();
  for (const [changeSeq, id, before] of changes) if (changeSeq > seq && !undone.has(id)) undone.set(id, before);
  return undone;
}

function listsOf(
  guilds: ReadonlyMap<string, Status>,
  undone: ReadonlyMap<string, Before>,
): Record<HeldStatus, string[]> {
  const lists: Record<HeldStatus, string[]> = { available: [], loading: [], unavailable: [] };
  const list = (id: string, status: Before): void => {
    const stored = STORED[status];
    if (stored !== 'absent') lists[stored].push(id);
  };
  for (const [id, status] of guilds) if (!undone.has(id)) list(id, status);
  for (const [id, before] of undone) list(id, before);
  return lists;
}

/** One change a guild, with its number at the latest: going back to the stored checkpoint stays exact, to later ones not. */
function firstOfEach(changes: readonly Change[]): Change[] {
  const merged = new Map<string, Change>();
  for (const [seq, id, before] of changes) {
    const first = merged.get(id);
    merged.delete(id);
    merged.set(id, [seq, id, first === undefined ? before : first[2]]);
  }
  return [...merged.values()];
}
