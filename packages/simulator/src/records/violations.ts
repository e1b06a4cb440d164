/** A shard and the shard count it belongs to. */
export type ShardKey = readonly [shardId: number, shardCount: number];

/** What a client did that it must not do. */
export type ViolationKind =
  /** IDENTIFY while the bucket of its shard was taken. */
  | 'identify-too-early'
  /** IDENTIFY with no identify left in the day's budget: the token is reset. */
  | 'identify-over-budget'
  /** IDENTIFY again after a close code that says it is of no use: 4004, 4010, 4011, 4013, 4014. */
  | 'identify-after-refusal'
  /** IDENTIFY of a shard of which a session could have been resumed. Only judged when asked. */
  | 'needless-identify'
  /** Second IDENTIFY or RESUME on a connection that has a session or waits for one. */
  | 'already-authenticated'
  /** Another op than 1, 2 and 6 before READY or RESUMED. */
  | 'send-before-ready'
  /** More than 120 sends in 60 s on one connection. */
  | 'send-rate'
  /** More than 5 presence updates in 20 s on one connection. */
  | 'presence-rate'
  | 'payload-too-large'
  | 'compressed-client-frame'
  | 'undecodable-payload'
  /** An op that is not for clients, or a `d` of the wrong shape. */
  | 'invalid-payload'
  /** Query parameters missing or other than the session's, or IDENTIFY on the resume URL. */
  | 'wrong-url'
  /** RESUME of a session that the client itself ended with 1000 or 1001. */
  | 'resume-after-logout'
  /** Two connections, both alive, on one session. */
  | 'two-live-sockets'
  /** Heartbeat or RESUME with a sequence that was never dispatched. */
  | 'sequence-ahead'
  /** Heartbeat with a lower sequence than an earlier one of the same session. */
  | 'sequence-backwards'
  /** No heartbeat within the interval and the slack. */
  | 'heartbeat-late'
  /** First heartbeats of many connections come at the same part of the interval. Only judged when asked. */
  | 'heartbeat-unjittered'
  /** Close with 1000 or 1001 while `allowLogout` is off: it ends the session. */
  | 'logout';

/** One thing a client did wrong. Never has the token in it. */
export interface Violation {
  readonly kind: ViolationKind;
  /** Undefined when the connection had not said which shard it is. */
  readonly shard: ShardKey | undefined;
  /** When, on the simulator's clock, ms. */
  readonly at: number;
  readonly detail: string;
}

export interface ViolationList {
  add(kind: ViolationKind, shard: ShardKey | undefined, at: number, detail: string): void;
  all(): readonly Violation[];
  /** How many there were; more than `all` has when a client did nothing else. */
  readonly count: number;
  clear(): void;
}

/** So many are enough to see what is wrong. */
const KEPT = 10_000;

export function createViolationList(): ViolationList {
  let list: Violation[] = [];
  let count = 0;

  return {
    add(kind, shard, at, detail) {
      count += 1;
      if (list.length < KEPT) list.push({ kind, shard, at, detail });
    },
    all: () => list,
    get count() {
      return count;
    },
    clear() {
      list = [];
      count = 0;
    },
  };
}
