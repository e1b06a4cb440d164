import type { Cell, SubjectName } from './cell.ts';
import { cellKey, eventsOf, perShard, streamKey } from './cell.ts';
import { ChildRefused } from './child.ts';
import type { Progress } from './progress.ts';
import type { MemoryResult, ScenarioResult } from './results.ts';
import { cpuPerEvent, eventsPerSecond } from './results.ts';
import { restSubject, runSubject } from './run-subject.ts';
import type { Run } from './run-subject.ts';
import { HEADLINE, MANY_SHARDS, PACED_RATE } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';
import { startSource } from './source-process.ts';
import type { Source } from './source-process.ts';

interface Options {
  readonly progress: Progress;
  readonly nodeWithZstd: string | undefined;
  readonly profileTo?: string | undefined;
}

/** Rounds in which each cell has its turn; each round begins with another. */
export async function runScenario(scenario: Scenario, options: Options): Promise<ScenarioResult> {
  const { id, title, cells, rounds, volume, rate = PACED_RATE } = scenario;
  const sources = new Map<string, Source>();
  const runs = new Map<string, Run[]>(cells.map((cell) => [cellKey(cell), []]));
  const refused = new Map<string, { cell: Cell; reason: string }>();
  try {
    for (let round = 0; round < rounds; round++) {
      const first = round % cells.length;
      for (const cell of [...cells.slice(first), ...cells.slice(0, first)]) {
        const name = `${id}, round ${round + 1}: ${cellKey(cell)}`;
        const before = refused.get(cellKey(cell));
        const outcome = before?.reason ?? (await runCell(cell));
        if (typeof outcome === 'string') {
          refused.set(cellKey(cell), { cell, reason: outcome });
          options.progress.done(`${name}: ${outcome}`);
        } else {
          runs.get(cellKey(cell))?.push(outcome);
          const figures = (['paced', 'burst'] as const).map(
            (phase) => `${cpuPerEvent(outcome, phase).toFixed(2)} µs ${phase}`,
          );
          options.progress.done(`${name}: ${figures.join(', ')}, ${Math.round(eventsPerSecond(outcome))} events/s`);
        }
      }
    }
  } finally {
    await Promise.all(Array.from(sources.values(), (source) => source.stop()));
  }

  async function runCell(cell: Cell): Promise<Run | string> {
    if (cell.compression === 'zstd-stream' && options.nodeWithZstd === undefined)
      return 'no Node.js with zstd for the source';
    try {
      const { profileTo } = options;
      return await runSubject({ cell, source: await sourceOf(cell), volume, rate, profileTo });
    } catch (error) {
      if (error instanceof ChildRefused) return error.message;
      throw error;
    }
  }

  async function sourceOf(cell: Cell): Promise<Source> {
    const key = streamKey(cell);
    const events = eventsOf(perShard(volume, cell.shards));
    const { subject: _, ...kind } = cell;
    const source = sources.get(key) ?? (await startSource(kind, events, options.nodeWithZstd));
    sources.set(key, source);
    return source;
  }

  return {
    id,
    title,
    cells: cells.flatMap((cell) => {
      const source = sources.get(streamKey(cell));
      const own = runs.get(cellKey(cell)) ?? [];
      if (source === undefined || own.length === 0) return [];
      const { port: _, ...stream } = source.facts;
      return [{ cell, stream, runs: own }];
    }),
    refused: [...refused.values()],
  };
}

const MEMORY_ROUNDS = 2;
/** 40 KB: a window of zlib that was never written to is no memory yet. */
const MEMORY_EVENTS = 40;

/** RSS with one idle shard and with many. */
export async function measureMemory(
  subjects: readonly SubjectName[],
  options: Pick<Options, 'progress'>,
): Promise<readonly MemoryResult[]> {
  const source = await startSource({ ...HEADLINE, shards: MANY_SHARDS }, MEMORY_EVENTS);
  const results = subjects.map((subject) => ({
    subject,
    shards: MANY_SHARDS,
    few: [] as number[],
    many: [] as number[],
  }));
  try {
    for (let round = 0; round < MEMORY_ROUNDS; round++) {
      for (const { subject, few, many } of results) {
        few.push(await restSubject({ ...HEADLINE, shards: 1, subject }, source, MEMORY_EVENTS));
        many.push(await restSubject({ ...HEADLINE, shards: MANY_SHARDS, subject }, source, MEMORY_EVENTS));
        const perShardKb = ((many.at(-1) ?? NaN) - (few.at(-1) ?? NaN)) / (MANY_SHARDS - 1) / 1_024;
        options.progress.done(`memory, round ${round + 1}: ${subject}: ${perShardKb.toFixed(0)} KB a shard`);
      }
    }
  } finally {
    await source.stop();
  }
  return results;
}

export const memorySteps = (subjects: readonly SubjectName[]): number => subjects.length * MEMORY_ROUNDS;
