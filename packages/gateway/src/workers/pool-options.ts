import { EventEmitter } from 'eventemitter3';
import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { systemClock, type Clock } from '../ports/clock.ts';
import { systemRandom, type Random } from '../ports/random.ts';
import type { PoolEmitter, PoolEvents } from './pool-events.ts';

/** How workers are kept apart. */
export type WorkerIsolation =
  /** Worker threads of this process: event bytes are handed over without a copy. */
  | 'thread'
  /** Child processes: what takes a whole process down takes only one of them. Event bytes are copied through a pipe. */
  | 'process';

/** Options of `createWorkerPool`; all have a default. */
export interface WorkerPoolOptions {
  /** Shards that one worker holds before another is started. Default: the gateway's, 25. */
  readonly shardsPerCluster?: number;
  /** Workers, at most; with more shards than they hold together each gets its even share. Default: the gateway's, 4. */
  readonly maxClusters?: number;
  /** Your ES module, as a URL (`new URL('./worker.js', import.meta.url)`): its default export is a {@link WorkerModule}. Default: none, workers hand everything over. */
  readonly module?: string | URL;
  /** Default `thread`. */
  readonly isolation?: WorkerIsolation;
  /** Megabytes of JavaScript objects in one worker; a worker that needs more ends and its shards go on in a new one. Default: Node's own limit. */
  readonly maxMemoryMb?: number;
  /** Milliseconds of silence after which a worker is taken for hung, ended and replaced. 100 or more. Default 1,000. */
  readonly hangAfterMs?: number;
  /** Milliseconds that a worker may take to start, the module's top level included. Default 30,000. */
  readonly startTimeoutMs?: number;
  /** Milliseconds that handlers in a worker may finish in when their shard moves. Default 2,000. */
  readonly drainMs?: number;
  /** Milliseconds after which `stop` waits no longer. Default 5,000. */
  readonly stopTimeoutMs?: number;
  readonly events?: PoolEmitter;
  /** Ports, for tests. */
  readonly clock?: Clock;
  readonly random?: Random;
}

/** The options with their defaults; the two counts are the gateway's where they are left out. */
export interface PoolSettings extends Required<
  Omit<WorkerPoolOptions, 'shardsPerCluster' | 'maxClusters' | 'module' | 'maxMemoryMb'>
> {
  readonly shardsPerCluster: number | undefined;
  readonly maxClusters: number | undefined;
  readonly module: string | undefined;
  readonly maxMemoryMb: number | undefined;
}

const count = (least: number): z.ZodType => z.int().min(least);

const SHAPE = {
  shardsPerCluster: count(1),
  maxClusters: count(1),
  module: z.custom(
    (value) => value instanceof URL || (typeof value === 'string' && URL.canParse(value)),
    "expected a URL, such as new URL('./worker.js', import.meta.url)",
  ),
  isolation: z.enum(['thread', 'process']),
  maxMemoryMb: count(8),
  hangAfterMs: count(100),
  startTimeoutMs: count(1),
  drainMs: count(0),
  stopTimeoutMs: count(0),
  events: z.custom((value) => typeof value === 'object' && value !== null && 'emit' in value, 'expected an emitter'),
  clock: z.custom((value) => typeof value === 'object' && value !== null && 'setTimer' in value, 'expected a clock'),
  random: z.custom((value) => typeof value === 'function', 'expected a function'),
};

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {TypeError | RangeError} naming every option that does not exist or whose value is wrong
 */
export function poolSettings(options: WorkerPoolOptions): PoolSettings {
  const result = z.strictObject(SHAPE).partial().safeParse(options);
  if (!result.success) throw complaint(result.error.issues, options);
  const { module } = options;
  return {
    shardsPerCluster: options.shardsPerCluster,
    maxClusters: options.maxClusters,
    module: module === undefined ? undefined : String(module),
    isolation: options.isolation ?? 'thread',
    maxMemoryMb: options.maxMemoryMb,
    hangAfterMs: options.hangAfterMs ?? 1_000,
    startTimeoutMs: options.startTimeoutMs ?? 30_000,
    drainMs: options.drainMs ?? 2_000,
    stopTimeoutMs: options.stopTimeoutMs ?? 5_000,
    events: options.events ?? new EventEmitter<PoolEvents>(),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}

function complaint(issues: readonly z.core.$ZodIssue[], options: object): Error {
  const known = Object.keys(SHAPE);
  const lines = issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        const nearest = closest(key, known);
        const hint = distance(key, nearest) <= 3 ? `; did you mean '${nearest}'?` : '';
        return `createWorkerPool has no option '${key}'${hint}`;
      });
    }
    const name = String(issue.path[0]);
    return [`option '${name}' is ${JSON.stringify(Reflect.get(options, name))}: ${issue.message}`];
  });
  const rangeOnly = issues.every(({ code }) => code === 'too_small' || code === 'too_big');
  return rangeOnly ? new RangeError(lines.join('\n')) : new TypeError(lines.join('\n'));
}
