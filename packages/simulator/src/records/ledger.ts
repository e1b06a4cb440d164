import { createHash } from 'node:crypto';
import { createBoundedLog } from './bounded-log.ts';
import type { ShardKey } from './violations.ts';

/** A dispatch that a session was given, whether its connection was up or not. */
export interface DispatchRecord {
  /** Number in the ledger, for `after`. */
  readonly number: number;
  readonly shardId: number;
  readonly shardCount: number;
  readonly sessionId: string;
  readonly seq: number;
  readonly t: string;
  /** The simulator's clock, ms. */
  readonly at: number;
  /** Unique among the events of its name; see `eventKey`. */
  readonly key?: string;
  /** With the setting `hashDispatches`. */
  readonly hash?: string;
}

/** Everything else that happened, one kind each. `connection` numbers the connections from 1. */
export type Activity =
  | { readonly kind: 'connect'; readonly connection: number; readonly door: 'main' | 'resume'; readonly url: string }
  | { readonly kind: 'refused-connect'; readonly door: 'main' | 'resume'; readonly how: string }
  /** `answer`: `ready`, `invalid-session`, `withheld`, or the close code. `resumable`: a session of the shard could have been resumed. */
  | {
      readonly kind: 'identify';
      readonly connection: number;
      readonly intents: number;
      readonly answer: string;
      readonly resumable: boolean;
    }
  | {
      readonly kind: 'resume';
      readonly connection: number;
      readonly sessionId: string;
      readonly seq: number;
      readonly answer: string;
    }
  | {
      readonly kind: 'heartbeat';
      readonly connection: number;
      readonly seq: number | null;
      readonly acknowledged: boolean;
    }
  | { readonly kind: 'command'; readonly connection: number; readonly op: number }
  | {
      readonly kind: 'close';
      readonly connection: number;
      readonly code: number;
      readonly by: 'client' | 'server' | 'network';
      readonly sessionId?: string;
    }
  | { readonly kind: 'session-end'; readonly sessionId: string; readonly cause: string };

export type ActivityRecord = Activity & {
  readonly number: number;
  readonly at: number;
  readonly shard?: ShardKey;
};

export interface LedgerFilter {
  readonly shardId?: number;
  readonly shardCount?: number;
  /** Only entries with a number above this. */
  readonly after?: number;
  /** At most so many, the oldest first. */
  readonly limit?: number;
}

export interface DispatchFilter extends LedgerFilter {
  readonly sessionId?: string;
  readonly t?: string;
}

export interface ActivityFilter extends LedgerFilter {
  readonly kind?: Activity['kind'];
}

/** What the simulator wrote down, oldest first, each part bounded by the setting `ledgerLimit`. */
export interface Ledger {
  dispatches(filter?: DispatchFilter): DispatchRecord[];
  activity(filter?: ActivityFilter): ActivityRecord[];
  /** Entries there ever were, and how many the limit has pushed out. */
  counts(): { readonly dispatches: number; readonly activity: number; readonly forgotten: number };
  /** One hash over all that is kept: the same for two runs that went the same way. */
  traceHash(): string;
  clear(): void;
}

/** What of a session goes into each of its dispatch records. */
export interface LedgerSession {
  readonly id: string;
  readonly shard: ShardKey;
}

export interface LedgerWriter extends Ledger {
  writeDispatch(
    session: LedgerSession,
    seq: number,
    t: string,
    at: number,
    key: string | undefined,
    hash: string | undefined,
  ): void;
  writeActivity(activity: Activity, shard: ShardKey | undefined, at: number): void;
}

/** A dispatch as it is kept: the session is shared, so a million of them stay small. */
interface KeptDispatch {
  readonly session: LedgerSession;
  readonly seq: number;
  readonly t: string;
  readonly at: number;
  readonly key: string | undefined;
  readonly hash: string | undefined;
}

interface KeptActivity {
  readonly activity: Activity;
  readonly shard: ShardKey | undefined;
  readonly at: number;
}

function isOfShard(shard: ShardKey | undefined, filter: LedgerFilter): boolean {
  return (
    (filter.shardId === undefined || shard?.[0] === filter.shardId) &&
    (filter.shardCount === undefined || shard?.[1] === filter.shardCount)
  );
}

export function createLedger(settings: { readonly ledgerLimit: number }): LedgerWriter {
  const dispatches = createBoundedLog<KeptDispatch>(() => settings.ledgerLimit);
  const activity = createBoundedLog<KeptActivity>(() => settings.ledgerLimit);

  return {
    writeDispatch: (session, seq, t, at, key, hash) => dispatches.push({ session, seq, t, at, key, hash }),
    writeActivity: (entry, shard, at) => activity.push({ activity: entry, shard, at }),
    dispatches(filter = {}) {
      const found: DispatchRecord[] = [];
      for (const [number, { session, seq, t, at, key, hash }] of dispatches.entries(filter.after ?? 0)) {
        if (found.length >= (filter.limit ?? Infinity)) break;
        if (
          !isOfShard(session.shard, filter) ||
          (filter.t ?? t) !== t ||
          (filter.sessionId ?? session.id) !== session.id
        )
          continue;
        const [shardId, shardCount] = session.shard;
        found.push({
          number,
          shardId,
          shardCount,
          sessionId: session.id,
          seq,
          t,
          at,
          ...(key === undefined ? {} : { key }),
          ...(hash === undefined ? {} : { hash }),
        });
      }
      return found;
    },
    activity(filter = {}) {
      const found: ActivityRecord[] = [];
      for (const [number, entry] of activity.entries(filter.after ?? 0)) {
        if (found.length >= (filter.limit ?? Infinity)) break;
        if (!isOfShard(entry.shard, filter) || (filter.kind ?? entry.activity.kind) !== entry.activity.kind) continue;
        found.push({
          number,
          at: entry.at,
          ...(entry.shard === undefined ? {} : { shard: entry.shard }),
          ...entry.activity,
        });
      }
      return found;
    },
    counts: () => ({
      dispatches: dispatches.total,
      activity: activity.total,
      forgotten: dispatches.forgotten + activity.forgotten,
    }),
    traceHash() {
      const hash = createHash('sha256');
      for (const [number, { session, seq, t, at, key }] of dispatches.entries(0)) {
        hash.update(`${number} ${session.id} ${session.shard.join('/')} ${seq} ${t} ${at} ${key}\n`);
      }
      for (const [number, entry] of activity.entries(0)) hash.update(`${number} ${JSON.stringify(entry)}\n`);
      return hash.digest('hex');
    },
    clear() {
      dispatches.clear();
      activity.clear();
    },
  };
}
