import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../house/repository.ts';
import type { Cell, StreamKind, SubjectName } from './runner/cell.ts';
import type { BrokersResult } from './runner/results.ts';
import type * as Child from './runner/child.ts';
import type * as RunSubject from './runner/run-subject.ts';
import type * as SourceProcess from './runner/source-process.ts';
import type { Source } from './runner/source-process.ts';
import type { MembersFigures } from './state/members/run-members.ts';
import type { StateCostResult } from './state/state-result.ts';

const run = promisify(execFile);
const SHARDS = 2;
const EVENTS = 250;
const volume = { warmup: 100 * SHARDS, settling: 50 * SHARDS, paced: 50 * SHARDS, burst: 50 * SHARDS };

/** The compiled benchmark: its processes start each other by their built files. */
const built = async <T>(file: string): Promise<T> => (await import(join(root, 'test/bench/dist/bench', file))) as T;

describe('the benchmark', () => {
  const sources: Source[] = [];
  let runner: typeof RunSubject;
  let child: typeof Child;
  let startSource: typeof SourceProcess.startSource;

  beforeAll(async () => {
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'test/bench'], { cwd: root });
    runner = await built('runner/run-subject.js');
    child = await built('runner/child.js');
    ({ startSource } = await built<typeof SourceProcess>('runner/source-process.js'));
  }, 120_000);

  afterAll(() => Promise.all(sources.map((source) => source.stop())));

  async function runOn(kind: Omit<StreamKind, 'mix' | 'shards'>, subject: SubjectName): Promise<RunSubject.Run> {
    const cell: Cell = { mix: 'typical', shards: SHARDS, ...kind, subject };
    const source = await startSource(cell, EVENTS);
    sources.push(source);
    return runner.runSubject({ cell, source, volume, rate: 4_000 });
  }

  const zlibJson = { encoding: 'json', compression: 'zlib-stream' } as const;
  // discordjs-ws-native is the same program as discordjs-ws, which needs a compiler.
  it.each(['shardgate', 'floor', 'cloudstorm', 'discordjs-ws-native', 'discordeno', 'wire'] as const)(
    '%s gets every event of the stream, paced and in a burst',
    async (subject) => {
      const { paced, burst } = await runOn(zlibJson, subject);
      expect([paced.events, burst.events]).toEqual([volume.paced, volume.burst]);
      expect(paced.cpuMs).toBeGreaterThan(0);
    },
  );

  it('the wire and cloudstorm read the same events in ETF', async () => {
    const etf = { encoding: 'etf', compression: 'zlib-stream' } as const;
    await runOn(etf, 'wire');
    await runOn(etf, 'cloudstorm');
  });

  /** What a program of the part `state` tells. */
  async function told<Result extends { readonly kind: string }>(
    program: string,
    kind: Result['kind'],
    parameter: object,
  ): Promise<Result> {
    const one = child.startChild<Result>({ program: `state/${program}`, parameter, execArgv: ['--expose-gc'] });
    try {
      return (await one.next(kind, 60_000)) as Result;
    } finally {
      await one.stop();
    }
  }

  // Each counts the members that it has in the end.
  it.each(['shardgate', 'discordjs', 'discordeno'] as const)('%s keeps every member that it is fed', async (name) => {
    const figures = await told<MembersFigures & { kind: 'members' }>(`members/${name}.js`, 'members', {
      members: 10_000,
    });
    expect(figures.textPerMember).toBeGreaterThan(400);
    expect(figures.heapPerMember).toBeGreaterThan(100);
  });

  it('an event is measured without a state and with those that need no server', async () => {
    const cost = await told<StateCostResult & { kind: 'state-cost' }>('cost.js', 'state-cost', {
      events: 400,
      rounds: 2,
    });
    expect(cost).toMatchObject({ redis: [], postgres: [] });
    for (const store of ['none', 'memory', 'lmdb'] as const) expect(cost[store]).toHaveLength(2);
  });

  it('a broker that acknowledges every event has figures, and one that is not known a reason', async () => {
    const program = join(root, 'test/bench/dist/bench/brokers/brokers.js');
    const parameter = JSON.stringify({ only: ['grpc-stream', 'none'], share: 0.01 });
    const { stdout } = await run(process.execPath, [program, parameter]);
    const { brokers, notes } = JSON.parse(stdout) as BrokersResult;
    expect(brokers.map(({ id }) => id)).toEqual(['grpc-stream']);
    for (const { cpuUs, floorCpuUs, perSecond } of brokers[0]?.runs ?? []) {
      expect(cpuUs).toBeGreaterThan(floorCpuUs);
      expect(perSecond).toBeGreaterThan(0);
    }
    expect(brokers[0]?.runs.length).toBeGreaterThanOrEqual(3);
    expect(notes).toEqual([expect.stringMatching(/^none: /)]);
  });

  it('a run of some parts leaves the others as they were measured, unless that was on another machine', async () => {
    const { mergeResults } = await built<{
      mergeResults: (before: object | undefined, now: object) => Record<string, unknown>;
    }>('report/merge-results.js');
    const machine = { cpu: 'c', cores: 2, node: '20' };
    const scenario = (id: string, title: string) => ({ id, title, cells: [], refused: [] });
    const common = { machine, versions: {}, notes: [], memory: [] };
    const before = {
      ...common,
      date: 'monday',
      scenarios: [scenario('a', 'old'), scenario('b', 'old')],
      micro: { x: 1 },
    };
    const now = { ...common, date: 'tuesday', scenarios: [scenario('b', 'new')], disk: { y: 1 } };
    expect(mergeResults(before, now)).toMatchObject({
      date: 'tuesday',
      scenarios: [scenario('a', 'old'), scenario('b', 'new')],
      micro: { x: 1 },
      disk: { y: 1 },
      dates: { a: 'monday', b: 'tuesday', micro: 'monday', disk: 'tuesday' },
    });
    const elsewhere = mergeResults({ ...before, machine: { ...machine, cpu: 'd' } }, now);
    expect(elsewhere).toMatchObject({ scenarios: [scenario('b', 'new')], dates: { b: 'tuesday', disk: 'tuesday' } });
    expect(elsewhere['micro']).toBeUndefined();
  });

  it('a program that cannot do what is asked says why', async () => {
    await expect(runOn({ encoding: 'etf', compression: 'none' }, 'discordeno')).rejects.toThrow(child.ChildRefused);
  });

  it('a program that did not get what was sent is an error, not a figure', async () => {
    const cell: Cell = { mix: 'typical', shards: SHARDS, ...zlibJson, subject: 'wire' };
    // One event more than is asked for remains unsent.
    const source = await startSource(cell, EVENTS + 1);
    sources.push(source);
    await expect(runner.runSubject({ cell, source, volume, rate: 4_000 })).rejects.toThrow(/did not see what was sent/);
  });
});
