/** An event that an old shard handed over and that its guild's new shard has not shown yet. */
export interface ShownEntry {
  readonly guild: string;
  readonly key: string;
  /** Monotonic milliseconds. */
  readonly at: number;
  /** No longer looked for. */
  gone: boolean;
}

/** An event that a new shard has shown and no old one yet. */
export interface AwaitedEntry {
  readonly guild: string;
  readonly key: string;
  readonly at: number;
  gone: boolean;
}

/**
 * Both streams of every guild, held against each other. What both have shown is forgotten at once, so what is kept is what one of them is ahead: in a healthy network the
 * events of some milliseconds.
 *
 * The streams of a guild are the same events in the same order, but the new one begins somewhere within the old one. So of two events that look alike the first match
 * takes the newest (a new session does not begin with the past), later ones the oldest, and what stands before a match will not come any more. docs/decisions/0008.
 */
export interface GuildStreams<Held extends AwaitedEntry> {
  /** An old shard shows an event. Gives what a new one has shown of it, which is nobody's now; else the event is expected from the new one. */
  showOld(guild: string, key: string, at: number): Held | ShownEntry;
  /** A new shard shows an event. When an old one has shown it before: the time of that, and it is dealt with. */
  showNew(guild: string, key: string): number | undefined;
  /** A new shard has shown an event that no old one has. */
  hold(entry: Held): void;
  /** Neither waited for nor expected any more. */
  forget(entry: Held | ShownEntry): void;
  /** Whether an event of that name and guild is expected from the new shards; then it is no longer. For after the cut. */
  takeExpected(guild: string, key: string): boolean;
}

interface Lane<Held> {
  old: ShownEntry[];
  held: Held[];
}

/** Creates the streams of all guilds, empty. */
export function createGuildStreams<Held extends AwaitedEntry>(): GuildStreams<Held> {
  const lanes = new Map<string, Lane<Held>>();
  /** Guilds whose two streams were once seen to show the same event. */
  const anchored = new Set<string>();

  const laneOf = (guild: string): Lane<Held> => {
    let lane = lanes.get(guild);
    if (lane === undefined) lanes.set(guild, (lane = { old: [], held: [] }));
    return lane;
  };
  const freeIfEmpty = (guild: string, lane: Lane<Held>): void => {
    if (lane.old.length === 0 && lane.held.length === 0) lanes.delete(guild);
  };
  /** Takes the entries up to and with an index off the front. */
  const cutOff = (entries: { gone: boolean }[], through: number): void => {
    for (const entry of entries.splice(0, through + 1)) entry.gone = true;
  };
  const takeOld = (guild: string, key: string, newest: boolean): number | undefined => {
    const lane = lanes.get(guild);
    if (lane === undefined) return undefined;
    const isIt = (entry: ShownEntry): boolean => entry.key === key;
    const index = newest ? lane.old.findLastIndex(isIt) : lane.old.findIndex(isIt);
    const found = lane.old[index];
    if (found === undefined) return undefined;
    cutOff(lane.old, index);
    freeIfEmpty(guild, lane);
    return found.at;
  };

  return {
    showOld(guild, key, at) {
      const lane = laneOf(guild);
      const index = lane.held.findIndex((entry) => entry.key === key);
      const match = lane.held[index];
      if (match !== undefined) {
        // What the new stream showed before it may yet come in the old one.
        lane.held.splice(index, 1);
        match.gone = true;
        anchored.add(guild);
        freeIfEmpty(guild, lane);
        return match;
      }
      const entry: ShownEntry = { guild, key, at, gone: false };
      lane.old.push(entry);
      return entry;
    },
    showNew(guild, key) {
      const shownAt = takeOld(guild, key, !anchored.has(guild));
      if (shownAt !== undefined) anchored.add(guild);
      return shownAt;
    },
    hold(entry) {
      laneOf(entry.guild).held.push(entry);
    },
    forget(entry) {
      if (entry.gone) return;
      entry.gone = true;
      const lane = lanes.get(entry.guild);
      if (lane === undefined) return;
      lane.old = lane.old.filter((other) => other !== entry);
      lane.held = lane.held.filter((other) => (other as object) !== entry);
      freeIfEmpty(entry.guild, lane);
    },
    takeExpected: (guild, key) => takeOld(guild, key, false) !== undefined,
  };
}
