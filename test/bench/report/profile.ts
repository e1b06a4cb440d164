import { mkdtempSync, readFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SubjectName } from '../runner/cell.ts';
import { createProgress } from '../runner/progress.ts';
import { runScenario } from '../runner/run-scenario.ts';
import { HEADLINE } from '../runner/scenarios.ts';
import { table } from './tables.ts';

const ROWS = 30;
const VOLUME = { warmup: 12_000, settling: 12_000, paced: 20_000, burst: 100_000 };

/** Profiles a program on the headline's stream and prints the functions in which most time was spent; the profiles open in Chrome's DevTools. */
export async function printProfile(subject: SubjectName): Promise<void> {
  const profileTo = mkdtempSync(join(tmpdir(), 'shardgate-bench-'));
  const progress = createProgress();
  progress.add(1);
  await runScenario(
    { id: 'profile', title: 'profile', cells: [{ ...HEADLINE, subject }], rounds: 1, volume: VOLUME },
    { progress, nodeWithZstd: undefined, profileTo },
  );
  for (const phase of ['paced', 'burst']) {
    const path = join(profileTo, `${phase}.cpuprofile`);
    console.log(`\n${phase}: ${path}\n\n${selfTimes(JSON.parse(readFileSync(path, 'utf8')) as Profiler.Profile)}`);
  }
}

function selfTimes({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): string {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.replace(/^.*\/node_modules\/(?!\.pnpm)|^.*\/packages\//, '');
      const place = url === '' ? '' : ` ${file}:${lineNumber + 1}`;
      return [id, `${functionName === '' ? '(anonymous)' : functionName}${place}`];
    }),
  );
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '';
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  // The profiler's own session is `dispatch`.
  for (const name of ['(idle)', 'dispatch']) times.delete(name);
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  const rows = [...times]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, ROWS)
    .map(([name, time]) => [`${((time / total) * 100).toFixed(1)} %`, (time / 1_000).toFixed(0), name]);
  return table(['of the busy time', 'ms', 'function'], rows);
}
