import type { Cell, Phase, Volume } from './cell.ts';
import { PHASES, perShard } from './cell.ts';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import type { Measured, SubjectMessage, SubjectOptions } from './messages.ts';
import type { Sent, Source } from './source-process.ts';

/** One window of one run. */
export interface Window extends Measured {
  readonly events: number;
  readonly source: Sent;
}

export interface Run {
  readonly paced: Window;
  readonly burst: Window;
}

export interface RunOptions {
  readonly cell: Cell;
  readonly source: Source;
  readonly volume: Volume;
  /** Events per second over all shards while `paced`. */
  readonly rate: number;
  readonly profileTo?: string | undefined;
}

const READY_MS = 90_000;
const WINDOW_MS = 120_000;

function startSubject({ cell, source, profileTo }: Omit<RunOptions, 'volume' | 'rate'>): Child<SubjectMessage> {
  const { subject, ...kind } = cell;
  const { port } = source.facts;
  const parameter: SubjectOptions = {
    ...kind,
    apiUrl: `http://127.0.0.1:${port}/api`,
    gatewayUrl: `ws://127.0.0.1:${port}`,
    profileTo,
  };
  return startChild({ program: `subjects/${subject}.js`, parameter, execArgv: ['--expose-gc'] });
}

/** Connects a program, warms it up, measures it paced and in a burst. Throws when it did not get exactly what was sent. */
export async function runSubject(options: RunOptions): Promise<Run> {
  const { cell, source, rate } = options;
  const volume = perShard(options.volume, cell.shards);
  const child = startSubject(options);
  const windows: Partial<Record<Phase, Window>> = {};
  try {
    await child.next('ready', READY_MS);
    for (const phase of PHASES) {
      const events = volume[phase] * cell.shards;
      child.send({ kind: 'window', events, phase });
      await child.next('armed', WINDOW_MS);
      const shape = phase === 'paced' || phase === 'settling' ? 'paced' : 'burst';
      const [sent, { kind: _, ...measured }] = await Promise.all([
        source.send({ eventsPerShard: volume[phase], shape, rate }, WINDOW_MS),
        child.next('measured', WINDOW_MS),
      ]);
      windows[phase] = { events, source: sent, ...measured };
    }
    child.send({ kind: 'names' });
    const { names } = await child.next('names', WINDOW_MS);
    checkCounts(cell.subject, source.facts.names, names);
  } finally {
    await child.stop();
  }
  return { paced: windows.paced as Window, burst: windows.burst as Window };
}

/** RSS of a program whose shards have each had so many events and are idle, bytes, after garbage collection. */
export async function restSubject(cell: Cell, source: Source, eventsPerShard: number): Promise<number> {
  const child = startSubject({ cell, source });
  try {
    await child.next('ready', READY_MS);
    child.send({ kind: 'window', events: eventsPerShard * cell.shards, phase: 'warmup' });
    await child.next('armed', WINDOW_MS);
    await source.send({ eventsPerShard, shape: 'burst', rate: 0 }, WINDOW_MS);
    await child.next('measured', WINDOW_MS);
    child.send({ kind: 'rest' });
    return (await child.next('rested', WINDOW_MS)).rssBytes;
  } finally {
    await child.stop();
  }
}

function checkCounts(
  subject: string,
  sent: Readonly<Record<string, number>>,
  seen: Readonly<Record<string, number>>,
): void {
  const wrong = [...new Set([...Object.keys(sent), ...Object.keys(seen)])]
    .filter((name) => sent[name] !== seen[name])
    .map((name) => `${name}: ${sent[name] ?? 0} sent, ${seen[name] ?? 0} seen`);
  if (wrong.length > 0) throw new Error(`${subject} did not see what was sent: ${wrong.join('; ')}`);
}
