import type { Results } from '../runner/results.ts';
import { spread, type Spread } from '../runner/statistics.ts';
import type { MemberCacheName, MembersResult, SnapshotResult, StateCostResult } from '../state/state-result.ts';

export const STORES: Readonly<Record<keyof StateCostResult, string>> = {
  none: 'no state',
  memory: 'memory',
  lmdb: 'LMDB',
  redis: 'Redis',
  postgres: 'PostgreSQL',
};
export const CACHES: Readonly<Record<MemberCacheName, string>> = {
  shardgate: 'Shardgate, memory store',
  discordjs: 'discord.js',
  discordeno: '@discordeno/bot with dd-cache-proxy',
};
/** Microseconds an event may cost more than without a state. */
const COST_LIMITS = { memory: 6, lmdb: 12, redis: 15 } as const;
const SNAPSHOT_SECONDS = 2;
const LATER_MS = 5;

/** What is asked for, and what was seen; undefined where it was not measured. */
export interface StateTarget {
  readonly what: string;
  readonly limit: number;
  readonly unit: string;
  readonly seen: Spread | undefined;
}

/** What an event costs more with a store, round by round. */
export function added(cost: StateCostResult | undefined, store: keyof StateCostResult): Spread | undefined {
  return spread(cost?.[store].map((value, round) => value - (cost.none[round] ?? Number.NaN)) ?? []);
}

/** How much later events are while a snapshot is fetched, round by round. */
export function later({ runs }: SnapshotResult, figure: 'p99Ms' | 'maxMs'): Spread | undefined {
  return spread(runs.map(({ quiet, busy }) => busy[figure] - quiet[figure]));
}

function ofMember(result: MembersResult | undefined, peer: MemberCacheName): Spread | undefined {
  if (result === undefined) return undefined;
  return spread([result.caches.shardgate.rssPerMember / result.caches[peer].rssPerMember]);
}

export function stateTargets({ state }: Results): readonly StateTarget[] {
  return [
    ...(['memory', 'lmdb', 'redis'] as const).map((store) => ({
      what: `CPU per event: state in ${STORES[store]} less no state`,
      limit: COST_LIMITS[store],
      unit: 'µs',
      seen: added(state?.cost, store),
    })),
    ...(['discordjs', 'discordeno'] as const).map((peer) => ({
      what: `RSS per cached member: Shardgate vs ${CACHES[peer]}`,
      limit: 1,
      unit: '×',
      seen: ofMember(state?.members, peer),
    })),
    {
      what: 'snapshot of a shard with 2,500 guilds over HTTP, 1,000 events/s going through',
      limit: SNAPSHOT_SECONDS,
      unit: 's',
      seen: spread(state?.snapshot.runs.map(({ seconds }) => seconds) ?? []),
    },
    {
      what: 'how much later events are meanwhile, p99',
      limit: LATER_MS,
      unit: 'ms',
      seen: state === undefined ? undefined : later(state.snapshot, 'p99Ms'),
    },
  ];
}
