import { parseArgs } from 'node:util';
import { DELIVERY_SUBJECTS, SUBJECTS, type SubjectName } from './cell.ts';

export const PARTS = [
  'headline',
  'scale',
  'presence',
  'encodings',
  'delivery',
  'memory',
  'micro',
  'workers',
  'state',
  'brokers',
] as const;
export type Part = (typeof PARTS)[number];

const PROGRAMS: readonly SubjectName[] = [...SUBJECTS, ...DELIVERY_SUBJECTS];

export interface BenchOptions {
  readonly quick: boolean;
  readonly check: boolean;
  readonly parts: readonly Part[];
  /** Whether everything is measured: then nothing of an earlier run is kept. */
  readonly whole: boolean;
  /** Whether docs/benchmarks.md is written. */
  readonly write: boolean;
  /** Whether the page is written from earlier results. */
  readonly page: boolean;
  readonly cpuProf: boolean;
  /** What is profiled. */
  readonly program: SubjectName;
}

export const USAGE = `npm run bench -- [options]
  --quick            headline, scale, memory and micro with little volume: a minute or two; writes no page
  --only a,b         only these parts: ${PARTS.join(', ')}; writes no page
  --write            put the parts that are measured into docs/benchmarks.md, beside those of earlier runs on the same machine
  --page             measure nothing, write the page anew from docs/benchmarks/results.json
  --check            exit code 1 when a target is missed or was not measured
  --cpu-prof         profile ours (paced and burst, typical mix) instead, and print where its time goes
  --program NAME     with --cpu-prof: another program, such as delivery-unix`;

/** @throws TypeError for what is no option or no part */
export function readOptions(parameters: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      quick: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      only: { type: 'string' },
      write: { type: 'boolean', default: false },
      'cpu-prof': { type: 'boolean', default: false },
      program: { type: 'string', default: 'shardgate' },
    },
  });
  const { quick, check, only, write, page } = values;
  const names = only?.split(',') ?? (quick ? ['headline', 'scale', 'memory', 'micro'] : PARTS);
  const parts = names.map((name) => {
    const part = PARTS.find((known) => known === name);
    if (part === undefined) throw new TypeError(`--only ${name}: there are ${PARTS.join(', ')}`);
    return part;
  });
  const program = PROGRAMS.find((known) => known === values.program);
  if (program === undefined) throw new TypeError(`--program ${values.program}: there are ${PROGRAMS.join(', ')}`);
  const whole = !quick && only === undefined;
  return { quick, check, parts, whole, write: write || whole, page, cpuProf: values['cpu-prof'], program };
}
