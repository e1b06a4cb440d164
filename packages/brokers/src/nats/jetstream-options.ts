import type { z } from 'zod';
import { checkOptions } from '../options/check-options.ts';
import { matching, milliseconds, oneOf, text, wholeNumber } from '../options/shapes.ts';
import { DUPLICATE_WINDOW_MS, MAX_AGE_MS, MAX_BYTES, PREFIX, STREAM } from './defaults.ts';
import { readTarget, targetShape, type NatsTarget, type NatsTargetSettings } from './nats-target.ts';

/** Options of `createJetStreamSink`. */
export interface JetStreamSinkOptions extends NatsTarget {
  /** Unique among the sinks of a delivery. */
  readonly name: string;
  /** The stream; created with the settings below where it does not exist, else left as it is. Nobody else may publish to it. Default `DISCORD`. */
  readonly stream?: string | undefined;
  /** Subjects are `<prefix>.<event name>.<shard id>`. Default `discord`. */
  readonly prefix?: string | undefined;
  /** What a message is: an object with `op`, `s`, `t`, `id`, `shard`, `d` and more (`event`), or the JSON text of `d` alone (`data`). Default `event`. */
  readonly body?: 'event' | 'data' | undefined;
  /** Where the stream keeps its messages. Default `file`. */
  readonly storage?: 'file' | 'memory' | undefined;
  /** Copies in a cluster, 1 to 5. Default 1. */
  readonly replicas?: number | undefined;
  /** Bytes of the stream. Default 1 GiB. */
  readonly maxBytes?: number | undefined;
  /** Age of its oldest message, milliseconds; 0: any. Default 86,400,000 (a day). */
  readonly maxAgeMs?: number | undefined;
  /** What happens when it is full: `pause`: events wait (in the journal); `dropOldest`: its oldest messages go, read or not. Default `pause`. */
  readonly whenFull?: 'pause' | 'dropOldest' | undefined;
  /** When messages go: at the bounds (`limits`), or also once every consumer has acknowledged them (`interest`), or the only one has (`workqueue`). Default `limits`. */
  readonly retention?: 'limits' | 'interest' | 'workqueue' | undefined;
  /** Time in which an event that comes again is known, milliseconds. Default 600,000. */
  readonly duplicateWindowMs?: number | undefined;
}

/** The options as the sink reads them. */
export interface JetStreamSettings {
  readonly name: string;
  readonly target: NatsTargetSettings;
  readonly stream: string;
  readonly prefix: string;
  readonly body: 'event' | 'data';
  readonly storage: 'file' | 'memory';
  readonly replicas: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly whenFull: 'pause' | 'dropOldest';
  readonly retention: 'limits' | 'interest' | 'workqueue';
  readonly duplicateWindowMs: number;
}

export const subjectPrefix: z.ZodType = matching(
  /^[\w-]+(\.[\w-]+)*$/,
  'expected parts of letters, digits, _ and - with full stops between them',
);

const shape: Readonly<Record<keyof JetStreamSinkOptions, z.ZodType>> = {
  ...targetShape,
  name: text,
  stream: matching(/^[\w-]+$/, 'expected letters, digits, _ and -').optional(),
  prefix: subjectPrefix.optional(),
  body: oneOf('event', 'data').optional(),
  storage: oneOf('file', 'memory').optional(),
  replicas: wholeNumber(1, 5).optional(),
  maxBytes: wholeNumber(1, Number.MAX_SAFE_INTEGER, 'bytes').optional(),
  maxAgeMs: milliseconds(0, Number.MAX_SAFE_INTEGER / 1e6).optional(),
  whenFull: oneOf('pause', 'dropOldest').optional(),
  retention: oneOf('limits', 'interest', 'workqueue').optional(),
  duplicateWindowMs: milliseconds(100, Number.MAX_SAFE_INTEGER / 1e6).optional(),
};

/** @throws {TypeError | RangeError} naming the option; addresses are never shown */
export function readJetStreamOptions(options: JetStreamSinkOptions): JetStreamSettings {
  checkOptions('createJetStreamSink', options, shape);
  const maxAgeMs = options.maxAgeMs ?? MAX_AGE_MS;
  const duplicateWindowMs = options.duplicateWindowMs ?? DUPLICATE_WINDOW_MS;
  return {
    name: options.name,
    target: readTarget(options, `shardgate:${options.name}`),
    stream: options.stream ?? STREAM,
    prefix: options.prefix ?? PREFIX,
    body: options.body ?? 'event',
    storage: options.storage ?? 'file',
    replicas: options.replicas ?? 1,
    maxBytes: options.maxBytes ?? MAX_BYTES,
    maxAgeMs,
    whenFull: options.whenFull ?? 'pause',
    retention: options.retention ?? 'limits',
    // JetStream takes no window longer than the messages live.
    duplicateWindowMs: maxAgeMs === 0 ? duplicateWindowMs : Math.min(duplicateWindowMs, maxAgeMs),
  };
}
