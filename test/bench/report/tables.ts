import type { DeliveryFigures } from '../runner/messages.ts';
import type { DiskResult, Results, ScenarioResult, WorkersResult } from '../runner/results.ts';
import { cpuPerEvent, eventsPerSecond } from '../runner/results.ts';
import { paired, spread } from '../runner/statistics.ts';
import type { Spread } from '../runner/statistics.ts';
import { SUBJECT_NAMES } from './names.ts';
import { memoryPerShard } from './targets.ts';
import type { Target } from './targets.ts';

/** A Markdown table, columns padded so that it reads on a terminal, too. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** `6.31 (6.20 – 6.52)`. */
export function shown(values: Spread | undefined, digits = 2): string {
  if (values === undefined) return '–';
  const number = (value: number): string =>
    value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${number(values.median)} (${number(values.min)} – ${number(values.max)})`;
}

const MEGABYTE = 2 ** 20;

export function scenarioTable(scenario: ScenarioResult): string {
  const vary = (['mix', 'encoding', 'compression', 'shards'] as const).filter(
    (name) => new Set([...scenario.cells, ...scenario.refused].map(({ cell }) => cell[name])).size > 1,
  );
  const head = [...vary, 'program', 'CPU µs/event, paced', 'CPU µs/event, burst', 'events/s, burst', 'peak RSS, MB'];
  const rows = scenario.cells.map(({ cell, runs }) => [
    ...vary.map((name) => String(cell[name])),
    SUBJECT_NAMES[cell.subject],
    shown(spread(runs.map((run) => cpuPerEvent(run, 'paced')))),
    shown(spread(runs.map((run) => cpuPerEvent(run, 'burst')))),
    shown(spread(runs.map(eventsPerSecond)), 0),
    shown(spread(runs.map((run) => run.burst.peakRssBytes / MEGABYTE)), 0),
  ]);
  const holes = scenario.refused.map(({ cell, reason }) => [
    ...vary.map((name) => String(cell[name])),
    SUBJECT_NAMES[cell.subject],
    reason.split('\n')[0]?.replaceAll('|', '\\|') ?? '',
    '–',
    '–',
    '–',
  ]);
  return table(head, [...rows, ...holes]);
}

/** What deliveries did with the disk; empty for a scenario without any. */
export function deliveryTable({ cells }: ScenarioResult): string {
  const rows = cells.flatMap(({ cell, runs }) =>
    (['paced', 'burst'] as const).flatMap((phase) => {
      const figures = runs.flatMap((run) => run[phase].delivery ?? []);
      if (figures.length === 0) return [];
      const of = (figure: (one: DeliveryFigures) => number | null): string =>
        shown(spread(figures.map(figure).filter((value) => value !== null)));
      return [
        [
          SUBJECT_NAMES[cell.subject],
          phase,
          of(({ journaledShare }) => journaledShare * 100),
          of(({ durableP50Ms }) => durableP50Ms),
          of(({ durableP99Ms }) => durableP99Ms),
          of(({ durableMaxMs }) => durableMaxMs),
        ],
      ];
    }),
  );
  if (rows.length === 0) return '';
  return table(['program', 'phase', '% written to the disk', 'receive → disk, ms: median', 'p99', 'most'], rows);
}

/** What the disk takes by itself: the least that a journal can take. */
export function diskText({ bytes, p50Ms, p99Ms, maxMs }: DiskResult): string {
  const [median, p99, most] = [p50Ms, p99Ms, maxMs].map((ms) => ms.toFixed(1));
  return `The disk alone, ${bytes / 1_024} KB and \`fdatasync\` at a time: median ${median} ms, p99 ${p99} ms, most ${most} ms. An event waits for the write that is under way and for its own.`;
}

/** Each program against ours, round by round. */
export function ratioTable(scenario: ScenarioResult): string {
  const ours = scenario.cells.find(({ cell }) => cell.subject === 'shardgate');
  const rows = scenario.cells
    .filter((result) => result !== ours)
    .map(({ cell, runs }) => [
      SUBJECT_NAMES[cell.subject],
      ...(['paced', 'burst'] as const).map((phase) =>
        shown(
          paired(
            ours?.runs.map((run) => cpuPerEvent(run, phase)),
            runs.map((run) => cpuPerEvent(run, phase)),
          ),
        ),
      ),
    ]);
  return table(['Shardgate’s CPU per event, as a part of that of', 'paced', 'burst'], rows);
}

export function targetTable(targets: readonly Target[]): string {
  const rows = targets.map(({ what, limit, isLeast = false, unit, seen, met }) => [
    what,
    `${isLeast ? '≥' : '≤'} ${limit.toLocaleString('en-US')} ${unit}`.trimEnd(),
    shown(seen, isLeast ? 0 : 2),
    met === undefined ? 'not measured' : met ? 'yes' : 'no',
  ]);
  return table(['what', 'target', 'seen: median (min – max)', 'met'], rows);
}

export function memoryTable(results: Results): string {
  const megabytes = (bytes: readonly number[]): string => shown(spread(bytes.map((value) => value / MEGABYTE)), 0);
  const rows = results.memory.map(({ subject, few, many }) => [
    SUBJECT_NAMES[subject],
    megabytes(few),
    megabytes(many),
    shown(memoryPerShard(results, subject), 0),
  ]);
  const shards = results.memory[0]?.shards ?? 0;
  return table(['program', 'RSS with 1 shard, MB', `RSS with ${shards} shards, MB`, 'KB for each shard'], rows);
}

export function microTable({ micro }: Results): string {
  if (micro === undefined) return '';
  const ways = [
    ['payload.d, JSON', micro.payloadJson],
    ['JSON.parse(bytes.toString())', micro.jsonParse],
    ['payload.d, ETF', micro.payloadEtf],
    ['decodeEtf(bytes)', micro.decodeEtf],
    ['erlpack.unpack(bytes)', micro.erlpack ?? []],
  ] as const;
  const rows = ways.map(([name, values]) => [name, shown(spread(values.map((value) => value / 1_000)))]);
  return table(['reading the data of one event', 'CPU µs'], rows);
}

export function workersTable(result: WorkersResult): string {
  const ways = [
    ['one thread', result.oneThread],
    ['1 worker, handler in it', result.oneWorkerInside],
    ['1 worker, handler in the main thread', result.oneWorkerMain],
    ['2 workers, handler in them', result.twoWorkersInside],
    ['2 workers, handler in the main thread', result.twoWorkersMain],
  ] as const;
  const rows = ways.map(([name, runs]) => [
    name,
    shown(spread(runs.map(({ cpuUs }) => cpuUs))),
    shown(spread(runs.map(({ perSecond }) => perSecond)), 0),
  ]);
  return table([`receive path, ${result.cpus} cores`, 'CPU µs/event, all threads', 'events/s'], rows);
}

/** What the source did meanwhile: it must not be what a figure hangs on. */
export function sourceTable(scenario: ScenarioResult): string {
  const rows = scenario.cells.map(({ cell, runs, stream }) => [
    SUBJECT_NAMES[cell.subject],
    `${stream.messageBytes.toFixed(0)} / ${stream.frameBytes.toFixed(0)}`,
    ...(['paced', 'burst'] as const).map((phase) =>
      shown(spread(runs.map((run) => (run[phase].source.cpuMs * 1_000) / run[phase].events))),
    ),
  ]);
  return table(['program', 'bytes of a message / its frame', 'source CPU µs/event, paced', 'burst'], rows);
}
