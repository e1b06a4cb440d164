import type { ShownEntry } from './guild-streams.ts';

/** A session's events come in one order; between guilds Discord may be this far off, milliseconds. */
const SLACK_MS = 2_000;
/** How far a quiet session that is connected can be behind, milliseconds. */
const LAG_MS = 30_000;

interface NewShardClock {
  /** What the old shards have shown of this shard's guilds, oldest first. */
  expected: ShownEntry[];
  /** When the old shards showed the newest event that this shard has shown, too. */
  matchedAt: number;
  /** Up to when this shard was known to be connected, or had no session that could bring anything. */
  seenAt: number;
}

/**
 * How far each new shard has come in what the old ones have shown. What lies behind that will not come: it was there before the new session began. A shard without connection
 * stands still, and will show all of it after its RESUME.
 */
export interface NewShardClocks {
  shown(shardId: number, entry: ShownEntry): void;
  /** The shard has shown an event that was shown at about this time. */
  matched(shardId: number, at: number): void;
  /** The shard is there, or is not. */
  seen(shardId: number, now: number, isThere: boolean): void;
  /** Entries that will not come, taken out. */
  expire(): ShownEntry[];
  /** Entries that may come. */
  readonly expected: number;
}

/** Creates the clocks of all new shards. */
export function createNewShardClocks(): NewShardClocks {
  const clocks = new Map<number, NewShardClock>();
  const clockOf = (shardId: number): NewShardClock => {
    let clock = clocks.get(shardId);
    if (clock === undefined) {
      clock = { expected: [], matchedAt: Number.NEGATIVE_INFINITY, seenAt: Number.NEGATIVE_INFINITY };
      clocks.set(shardId, clock);
    }
    return clock;
  };
  return {
    shown(shardId, entry) {
      clockOf(shardId).expected.push(entry);
    },
    matched(shardId, at) {
      const clock = clockOf(shardId);
      clock.matchedAt = Math.max(clock.matchedAt, at);
    },
    seen(shardId, now, isThere) {
      if (isThere) clockOf(shardId).seenAt = now;
    },
    expire() {
      const expired: ShownEntry[] = [];
      for (const clock of clocks.values()) {
        const limit = Math.max(clock.matchedAt - SLACK_MS, clock.seenAt - LAG_MS);
        const kept: ShownEntry[] = [];
        for (const entry of clock.expected) {
          if (entry.gone) continue;
          (entry.at < limit ? expired : kept).push(entry);
        }
        clock.expected = kept;
      }
      return expired;
    },
    get expected() {
      let count = 0;
      for (const clock of clocks.values()) for (const entry of clock.expected) if (!entry.gone) count++;
      return count;
    },
  };
}
