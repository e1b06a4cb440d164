import type { ShownEntry } from './guild-streams.ts';

/** A session's events come in one order; between guilds Discord may be this far off, milliseconds. */
const SLACK_MS = 2_000;
/** How far a quiet session that is connected can be behind, milliseconds. */
const LAG_MS = 30_000;

/** The guilds that went from one old shard to one new one: two streams that are each in order. */
interface Path {
  /** What the old shard has shown of them, oldest first. */
  expected: ShownEntry[];
  /** When the old shard showed the newest event that the new one has shown, too. */
  matchedAt: number;
}

/** Names the way of a guild's events: the old shard and the new one. */
export interface PathKey {
  readonly oldShardId: number;
  readonly newShardId: number;
}

/**
 * How far each new shard has come in what each old one has shown. What lies behind that will not come: it was there before the new session began. A shard without connection
 * stands still, and will show all of it after its RESUME.
 */
export interface NewShardClocks {
  shown(path: PathKey, entry: ShownEntry): void;
  /** The new shard has shown an event that the old one showed at this time. */
  matched(path: PathKey, at: number): void;
  /** The new shard is there, or is not. */
  seen(newShardId: number, now: number, isThere: boolean): void;
  /** Entries that will not come, taken out. */
  expire(): ShownEntry[];
  /** Entries that may come. */
  readonly expected: number;
}

/** Creates the clocks of all new shards. */
export function createNewShardClocks(): NewShardClocks {
  const byNewShard = new Map<number, Map<number, Path>>();
  /** Up to when a new shard was known to be connected, or had no session that could bring anything. */
  const seenAt = new Map<number, number>();
  const pathOf = ({ oldShardId, newShardId }: PathKey): Path => {
    let paths = byNewShard.get(newShardId);
    if (paths === undefined) byNewShard.set(newShardId, (paths = new Map()));
    let path = paths.get(oldShardId);
    if (path === undefined) paths.set(oldShardId, (path = { expected: [], matchedAt: Number.NEGATIVE_INFINITY }));
    return path;
  };
  return {
    shown(key, entry) {
      pathOf(key).expected.push(entry);
    },
    matched(key, at) {
      const path = pathOf(key);
      path.matchedAt = Math.max(path.matchedAt, at);
    },
    seen(newShardId, now, isThere) {
      if (isThere) seenAt.set(newShardId, now);
    },
    expire() {
      const expired: ShownEntry[] = [];
      for (const [newShardId, paths] of byNewShard) {
        const quietLimit = (seenAt.get(newShardId) ?? Number.NEGATIVE_INFINITY) - LAG_MS;
        for (const path of paths.values()) {
          const limit = Math.max(path.matchedAt - SLACK_MS, quietLimit);
          const kept: ShownEntry[] = [];
          for (const entry of path.expected) {
            if (entry.gone) continue;
            (entry.at < limit ? expired : kept).push(entry);
          }
          path.expected = kept;
        }
      }
      return expired;
    },
    get expected() {
      let count = 0;
      for (const paths of byNewShard.values())
        for (const { expected } of paths.values()) for (const entry of expected) if (!entry.gone) count++;
      return count;
    },
  };
}
