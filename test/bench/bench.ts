import { measureDisk } from './native/disk.ts';
import { buildAddons } from './native/addons.ts';
import { findNodeWithZstd } from './native/node-with-zstd.ts';
import { printProfile } from './report/profile.ts';
import { stateTables } from './report/state.ts';
import { targets } from './report/targets.ts';
import { brokersTable } from './report/brokers.ts';
import { mergeResults } from './report/merge-results.ts';
import { deliveryTable, diskText, scenarioTable, targetTable, workersTable } from './report/tables.ts';
import { thisMachine } from './report/machine.ts';
import { installedVersions } from './report/versions.ts';
import { earlierResults, readResults, writeReport } from './report/write-report.ts';
import { startChild } from './runner/child.ts';
import { readOptions, USAGE } from './runner/options.ts';
import type { BenchOptions, Part } from './runner/options.ts';
import { createProgress } from './runner/progress.ts';
import type { BrokersResult, MicroResult, Results, WorkersResult } from './runner/results.ts';
import { measureMemory, memorySteps, runScenario } from './runner/run-scenario.ts';
import { memorySubjects, PACED_RATE, scenarios } from './runner/scenarios.ts';
import { runState, STATE_STEPS } from './state/run-state.ts';

const MICRO_MS = 120_000;
const WORKERS_MS = 300_000;
const BROKERS_MS = 400_000;

function readOptionsOrExit(): BenchOptions {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

async function runMicro(): Promise<MicroResult> {
  const child = startChild<MicroResult & { kind: 'micro' }>({
    program: 'micro/micro.js',
    parameter: {},
    execArgv: ['--expose-gc'],
  });
  try {
    const { kind: _, ...result } = await child.next('micro', MICRO_MS);
    return result;
  } finally {
    await child.stop();
  }
}

async function runWorkers(): Promise<WorkersResult> {
  const child = startChild<WorkersResult & { kind: 'workers' }>({ program: 'workers/workers.js', parameter: {} });
  try {
    const { kind: _, ...result } = await child.next('workers', WORKERS_MS);
    return result;
  } finally {
    await child.stop();
  }
}

async function runBrokers(): Promise<BrokersResult> {
  const child = startChild<BrokersResult & { kind: 'brokers' }>({ program: 'brokers/brokers.js', parameter: {} });
  try {
    const { kind: _, ...result } = await child.next('brokers', BROKERS_MS);
    return result;
  } finally {
    await child.stop();
  }
}

async function measure({ quick, parts }: BenchOptions): Promise<Results> {
  const addons = buildAddons();
  const wanted = (part: Part): boolean => parts.includes(part);
  const chosen = scenarios(quick).filter(({ id }) => parts.some((part) => id === part || id.startsWith(`${part}-`)));
  const needsZstd = chosen.some(({ cells }) => cells.some(({ compression }) => compression === 'zstd-stream'));
  const zstd = needsZstd ? findNodeWithZstd() : undefined;
  const notes = [
    ...(addons.zlibSync === undefined ? [] : [`zlib-sync: ${addons.zlibSync}`]),
    ...(addons.erlpack === undefined ? [] : [`erlpack: ${addons.erlpack}`]),
    ...(zstd?.reason === undefined ? [] : [zstd.reason]),
  ];
  const progress = createProgress();
  const subjects = wanted('memory') ? memorySubjects(quick) : [];
  for (const { cells, rounds } of chosen) progress.add(cells.length * rounds);
  progress.add(memorySteps(subjects) + (wanted('state') ? STATE_STEPS : 0));

  const results = [];
  for (const scenario of chosen) results.push(await runScenario(scenario, { progress, nodeWithZstd: zstd?.path }));
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: thisMachine(),
    versions: installedVersions(),
    notes,
    pacedRate: PACED_RATE,
    scenarios: results,
    memory: subjects.length > 0 ? await measureMemory(subjects, { progress }) : [],
    micro: wanted('micro') ? await runMicro() : undefined,
    workers: wanted('workers') ? await runWorkers() : undefined,
    state: wanted('state') ? await runState(progress) : undefined,
    brokers: wanted('brokers') ? await runBrokers() : undefined,
    disk: wanted('delivery') ? measureDisk() : undefined,
  };
}

async function main(): Promise<void> {
  const options = readOptionsOrExit();
  if (options.cpuProf) return printProfile(options.program);
  if (options.page) return writeReport(readResults());
  const results = await measure(options);
  for (const scenario of results.scenarios)
    console.log(`\n${scenario.title}\n\n${scenarioTable(scenario)}\n\n${deliveryTable(scenario)}`);
  if (results.workers !== undefined) console.log(`\n${workersTable(results.workers)}`);
  if (results.state !== undefined) console.log(`\n${stateTables(results.state)}`);
  if (results.brokers !== undefined)
    console.log(`\n${brokersTable(results.brokers)}\n\n${results.brokers.notes.join('\n')}`);
  const held = targets(results);
  console.log(`\nTargets\n\n${targetTable(held)}\n\n${results.notes.join('\n')}`);
  if (results.disk !== undefined) console.log(`\n${diskText(results.disk)}`);
  if (options.write)
    writeReport(options.whole ? mergeResults(undefined, results) : mergeResults(earlierResults(), results));
  if (options.check && held.some(({ met }) => met !== true)) process.exitCode = 1;
}

await main();
