import { SUBJECTS } from '../runner/cell.ts';
import type { CellResult, Results, ScenarioResult } from '../runner/results.ts';
import { cpuPerEvent, eventsPerSecond } from '../runner/results.ts';
import type { Run } from '../runner/run-subject.ts';
import { spread } from '../runner/statistics.ts';
import { barChart } from './charts.ts';
import { SUBJECT_NAMES } from './names.ts';
import { memoryPerShard } from './targets.ts';

const paced = (run: Run): number => cpuPerEvent(run, 'paced');
const burst = (run: Run): number => cpuPerEvent(run, 'burst');

function median(result: CellResult | undefined, figure: (run: Run) => number): number | undefined {
  return spread(result?.runs.map(figure) ?? [])?.median;
}

/** Every chart the results have figures for, by file name. */
export function resultsCharts(results: Results): ReadonlyMap<string, string> {
  const scenario = (id: string): ScenarioResult | undefined => results.scenarios.find((one) => one.id === id);
  const charts = new Map<string, string>();
  for (const id of ['headline', 'presence']) {
    const found = scenario(id);
    if (found !== undefined) charts.set(`${id}-cpu.svg`, cpuChart(found));
  }
  const headline = scenario('headline');
  if (headline !== undefined) charts.set('headline-events.svg', eventsChart(headline));
  const scale = scenario('scale');
  if (scale !== undefined)
    charts.set(
      'scale-cpu.svg',
      groupedChart(
        scale,
        'CPU per event by number of shards',
        ({ shards }) => `${shards} ${shards === 1 ? 'shard' : 'shards'}`,
      ),
    );
  const encodings = scenario('encodings');
  if (encodings !== undefined)
    charts.set(
      'encodings-cpu.svg',
      groupedChart(
        encodings,
        'CPU per event by encoding',
        ({ encoding, compression }) => `${encoding}, ${compression}`,
      ),
    );
  if (results.memory.length > 0) charts.set('memory.svg', memoryChart(results));
  return charts;
}

function cpuChart({ title, cells }: ScenarioResult): string {
  return barChart({
    title: `CPU per event: ${title}`,
    unit: 'microseconds, median; less is better',
    categories: cells.map(({ cell }) => SUBJECT_NAMES[cell.subject]),
    series: [
      { name: 'paced', values: cells.map((cell) => median(cell, paced)) },
      { name: 'burst', values: cells.map((cell) => median(cell, burst)) },
    ],
    digits: 1,
  });
}

function eventsChart({ title, cells }: ScenarioResult): string {
  return barChart({
    title: `Events per second in a burst: ${title}`,
    unit: 'median; more is better',
    categories: cells.map(({ cell }) => SUBJECT_NAMES[cell.subject]),
    series: [{ name: 'events/s', values: cells.map((cell) => median(cell, eventsPerSecond)) }],
    digits: 0,
  });
}

/** A group for each kind of stream, a colour for each program. */
function groupedChart({ cells }: ScenarioResult, title: string, groupOf: (cell: CellResult['cell']) => string): string {
  const groups = [...new Set(cells.map(({ cell }) => groupOf(cell)))];
  const subjects = SUBJECTS.filter((subject) => cells.some(({ cell }) => cell.subject === subject));
  return barChart({
    title,
    unit: 'microseconds in a burst, median; less is better',
    categories: groups,
    series: subjects.map((subject) => ({
      name: SUBJECT_NAMES[subject],
      values: groups.map((group) =>
        median(
          cells.find(({ cell }) => cell.subject === subject && groupOf(cell) === group),
          burst,
        ),
      ),
    })),
    digits: 1,
  });
}

function memoryChart(results: Results): string {
  return barChart({
    title: 'Memory of an idle shard',
    unit: 'KB of RSS for each shard beyond the first, median; less is better',
    categories: results.memory.map(({ subject }) => SUBJECT_NAMES[subject]),
    series: [{ name: 'KB', values: results.memory.map(({ subject }) => memoryPerShard(results, subject)?.median) }],
    digits: 0,
  });
}
