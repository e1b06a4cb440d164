import type { MembersFigures } from './members/run-members.ts';

/** Microseconds of CPU for each event, of each round, by the store behind the gateway; empty where a server could not be had. */
export interface StateCostResult {
  readonly none: readonly number[];
  readonly memory: readonly number[];
  readonly lmdb: readonly number[];
  readonly redis: readonly number[];
  readonly postgres: readonly number[];
}

/** By how much events came late, from their sending by another process to the handler. */
export interface Lateness {
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** One snapshot over HTTP, and events without and with it. */
export interface SnapshotRun {
  readonly seconds: number;
  /** Of the process with the cache. */
  readonly cpuSeconds: number;
  readonly quiet: Lateness;
  readonly busy: Lateness;
}

export interface SnapshotResult {
  readonly guilds: number;
  readonly objects: number;
  readonly bytes: number;
  readonly eventsPerSecond: number;
  readonly runs: readonly SnapshotRun[];
}

/** Programs that keep members. */
export const MEMBER_CACHES = ['shardgate', 'discordjs', 'discordeno'] as const;
export type MemberCacheName = (typeof MEMBER_CACHES)[number];

export interface MembersResult {
  readonly members: number;
  readonly caches: Readonly<Record<MemberCacheName, MembersFigures>>;
}

export interface StateResult {
  readonly cost: StateCostResult;
  readonly members: MembersResult;
  readonly snapshot: SnapshotResult;
  /** What could not be measured, and why. */
  readonly notes: readonly string[];
}
