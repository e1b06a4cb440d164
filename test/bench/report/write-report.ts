import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Results } from '../runner/results.ts';
import { page } from './page.ts';
import { resultsCharts } from './results-charts.ts';

/** From `dist/bench/report`. */
const ROOT = fileURLToPath(new URL('../../../../..', import.meta.url));
const RESULTS = join(ROOT, 'docs/benchmarks/results.json');

/** Writes docs/benchmarks.md and what it shows. */
export function writeReport(results: Results): void {
  const folder = join(ROOT, 'docs/benchmarks');
  mkdirSync(folder, { recursive: true });
  for (const [name, svg] of resultsCharts(results)) writeFileSync(join(folder, name), svg);
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value;
  writeFileSync(join(folder, 'results.json'), JSON.stringify(results, rounded));
  writeFileSync(join(ROOT, 'docs/benchmarks.md'), page(results));
  const formatted = ['docs/benchmarks.md', 'docs/benchmarks/results.json'];
  execFileSync(join(ROOT, 'node_modules/.bin/oxfmt'), formatted, { cwd: ROOT, stdio: 'pipe' });
}

/** The results of earlier runs; undefined before the first. */
export function earlierResults(): Results | undefined {
  return existsSync(RESULTS) ? readResults() : undefined;
}

/** The results of the last run that was written. */
export function readResults(): Results {
  return JSON.parse(readFileSync(RESULTS, 'utf8')) as Results;
}
