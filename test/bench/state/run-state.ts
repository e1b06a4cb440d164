import { startPostgres } from '../../services/postgres.ts';
import { startRedis } from '../../services/redis.ts';
import type { TestServer } from '../../services/server-process.ts';
import { startChild } from '../runner/child.ts';
import type { Progress } from '../runner/progress.ts';
import { spread } from '../runner/statistics.ts';
import type { CostOptions } from './cost.ts';
import type { MembersFigures, MembersOptions } from './members/run-members.ts';
import type { SnapshotOptions } from './snapshot.ts';
import {
  MEMBER_CACHES,
  type MembersResult,
  type SnapshotResult,
  type StateCostResult,
  type StateResult,
} from './state-result.ts';

const EVENTS = 20_000;
const COST_ROUNDS = 7;
const SNAPSHOT_ROUNDS = 5;
const MEMBERS = 1_000_000;
/** Of one child. */
const DEADLINE_MS = 300_000;

/** Runs one program of this folder to its end: it tells one result. */
async function resultOf<Result extends object>(
  program: string,
  kind: string,
  parameter: CostOptions | MembersOptions | SnapshotOptions,
  execArgv: readonly string[] = [],
): Promise<Result> {
  const child = startChild<{ readonly kind: string }>({ program: `state/${program}`, parameter, execArgv });
  try {
    const { kind: _, ...result } = await child.next(kind, DEADLINE_MS);
    return result as unknown as Result;
  } finally {
    await child.stop();
  }
}

/** Children that are started, each a step of the progress. */
export const STATE_STEPS: number = 2 + MEMBER_CACHES.length;

/** What the state costs in CPU, in memory and while it is fetched whole. */
export async function runState(progress: Progress): Promise<StateResult> {
  const notes: string[] = [];
  const servers: TestServer[] = [];
  const had = async (name: string, start: () => Promise<TestServer>): Promise<string | undefined> => {
    try {
      const server = await start();
      servers.push(server);
      return server.url;
    } catch (error) {
      notes.push(`${name} cannot be had: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
      return undefined;
    }
  };
  let cost: StateCostResult;
  try {
    // What a crash would lose is not what is measured.
    const redisUrl = await had('Redis', () => startRedis({ args: ['--appendonly', 'no'] }));
    const postgresUrl = await had('PostgreSQL', () => startPostgres({ args: ['-c', 'fsync=off'] }));
    const options = { events: EVENTS, rounds: COST_ROUNDS, redisUrl, postgresUrl };
    cost = await resultOf('cost.js', 'state-cost', options, ['--expose-gc']);
  } finally {
    for (const server of servers) await server.end();
  }
  const medians = Object.entries(cost).map(([store, values]) => `${store} ${spread(values)?.median.toFixed(1) ?? '–'}`);
  progress.done(`state, CPU µs an event: ${medians.join(', ')}`);
  const snapshot = await resultOf<SnapshotResult>('snapshot.js', 'snapshot', { rounds: SNAPSHOT_ROUNDS });
  progress.done(`state, snapshot: ${spread(snapshot.runs.map(({ seconds }) => seconds))?.median.toFixed(2)} s`);
  return { cost, members: await runMembers(progress), snapshot, notes };
}

async function runMembers(progress: Progress): Promise<MembersResult> {
  const caches: Partial<Record<keyof MembersResult['caches'], MembersFigures>> = {};
  for (const name of MEMBER_CACHES) {
    const execArgv = ['--expose-gc', '--max-old-space-size=8192'];
    const figures = await resultOf<MembersFigures>(`members/${name}.js`, 'members', { members: MEMBERS }, execArgv);
    caches[name] = figures;
    progress.done(`state, a member in ${name}: ${figures.rssPerMember.toFixed(0)} bytes of RSS`);
  }
  return { members: MEMBERS, caches: caches as MembersResult['caches'] };
}
