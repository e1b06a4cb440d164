import { z } from 'zod';
import { checkOptions } from '../options/check-options.ts';
import { flag, milliseconds, oneOf, text, textList, wholeNumber } from '../options/shapes.ts';
import { SPECTACLES_MAX_AGE_MS, STREAM_MAX_LENGTH, STREAM_PREFIX } from './defaults.ts';
import { readTarget, targetShape, type RedisTarget, type RedisTargetSettings } from './redis-target.ts';

/** Options of `createRedisStreamSink`. */
export interface RedisStreamSinkOptions extends RedisTarget {
  /** Unique among the sinks of a delivery, and among the gateways that write to this Redis. */
  readonly name: string;
  /** `shardgate`: a stream for each shard, whole events. `spectacles`: a stream for each event name, as spec-tacles has it. Default `shardgate`. */
  readonly profile?: 'shardgate' | 'spectacles' | undefined;
  /** Names of streams begin with this. Default `shardgate:`, nothing with profile `spectacles`. */
  readonly prefix?: string | undefined;
  /** Names of the only events that go to this Redis. Absent or empty: all. */
  readonly whitelist?: readonly string[] | undefined;
  /** Entries of each stream; beyond them the oldest go, read or not, in steps of about a hundred (`MAXLEN ~`). Default 1,000,000. With profile `shardgate` only. */
  readonly maxLength?: number | undefined;
  /** Entries older than this go, milliseconds (`MINID ~`). Default 3,600,000. With profile `spectacles` only. */
  readonly maxAgeMs?: number | undefined;
  /** Gaps and reshards become entries named `GAP` and `RESHARD`. Default true; with profile `spectacles` false. */
  readonly gaps?: boolean | undefined;
}

/** The options as the sink reads them. */
export interface RedisStreamSettings {
  readonly name: string;
  readonly target: RedisTargetSettings;
  readonly profile: 'shardgate' | 'spectacles';
  readonly prefix: string;
  readonly whitelist: ReadonlySet<string> | undefined;
  readonly maxLength: number;
  readonly maxAgeMs: number;
  readonly gaps: boolean;
}

const shape: Readonly<Record<keyof RedisStreamSinkOptions, z.ZodType>> = {
  ...targetShape,
  name: text,
  profile: oneOf('shardgate', 'spectacles').optional(),
  prefix: z.string('expected a text').optional(),
  whitelist: textList.optional(),
  maxLength: wholeNumber(1).optional(),
  maxAgeMs: milliseconds(1_000).optional(),
  gaps: flag.optional(),
};

/** @throws {TypeError | RangeError} naming the option; addresses are never shown */
export function readStreamOptions(options: RedisStreamSinkOptions): RedisStreamSettings {
  const owner = 'createRedisStreamSink';
  checkOptions(owner, options, shape);
  const { profile = 'shardgate', whitelist = [] } = options;
  const isOwn = profile === 'shardgate';
  if (isOwn && options.maxAgeMs !== undefined)
    throw new TypeError(`${owner}: maxAgeMs is for profile 'spectacles'; use maxLength`);
  if (!isOwn && options.maxLength !== undefined)
    throw new TypeError(`${owner}: maxLength is for profile 'shardgate'; use maxAgeMs`);
  return {
    name: options.name,
    target: readTarget(owner, options, `shardgate:${options.name}`),
    profile,
    prefix: options.prefix ?? (isOwn ? STREAM_PREFIX : ''),
    whitelist: whitelist.length === 0 ? undefined : new Set(whitelist),
    maxLength: options.maxLength ?? STREAM_MAX_LENGTH,
    maxAgeMs: options.maxAgeMs ?? SPECTACLES_MAX_AGE_MS,
    gaps: options.gaps ?? isOwn,
  };
}
