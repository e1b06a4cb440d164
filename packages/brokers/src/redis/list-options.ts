import { z } from 'zod';
import { checkOptions } from '../options/check-options.ts';
import { flag, oneOf, text, textList, wholeNumber } from '../options/shapes.ts';
import { LIST_MAX_LENGTH, LIST_PREFIX } from './defaults.ts';
import { readTarget, targetShape, type RedisTarget, type RedisTargetSettings } from './redis-target.ts';

/** Options of `createRedisListSink`. */
export interface RedisListSinkOptions extends RedisTarget {
  /** Unique among the sinks of a delivery, and among the gateways that write to this Redis. */
  readonly name: string;
  /** The list of an event is this and its name. Default `gateway:events:`, as tatsuworks/gateway has it. */
  readonly prefix?: string | undefined;
  /**
   * `tatsu`: no READY, no RESUMED, and GUILD_CREATE only for a guild that the bot has joined, as consumers of tatsuworks/gateway expect it. `all`: every event. Default
   * `tatsu`.
   */
  readonly profile?: 'tatsu' | 'all' | undefined;
  /** Names of the only events that go to this Redis. Absent or empty: all. */
  readonly whitelist?: readonly string[] | undefined;
  /** What an element is: the JSON text of `d`, or `d` as an ETF term. Default `json`. */
  readonly encoding?: 'json' | 'etf' | undefined;
  /** ETF with its version byte 131 in front, which tatsu leaves out and most decoders want. Default false. */
  readonly etfVersionByte?: boolean | undefined;
  /** An element is a JSON object with `op`, `s`, `t`, `id`, `shard`, `receivedAt`, `guildEvent`, `d` and `old` instead. Default false. */
  readonly envelope?: boolean | undefined;
  /** Gaps and reshards go to the lists `<prefix>GAP` and `<prefix>RESHARD`, as JSON. Default false: they are passed over. */
  readonly gaps?: boolean | undefined;
  /** Elements of each list at most. Default 1,000,000. */
  readonly maxLength?: number | undefined;
  /** What happens at a list's bound: `pause`: events wait (in the journal) until it is shorter; `trim`: its oldest elements go, counted and reported. Default `pause`. */
  readonly whenFull?: 'pause' | 'trim' | undefined;
}

/** The options as the sink reads them. */
export interface RedisListSettings {
  readonly name: string;
  readonly target: RedisTargetSettings;
  readonly prefix: string;
  readonly profile: 'tatsu' | 'all';
  readonly whitelist: ReadonlySet<string> | undefined;
  readonly encoding: 'json' | 'etf';
  readonly etfVersionByte: boolean;
  readonly envelope: boolean;
  readonly gaps: boolean;
  readonly maxLength: number;
  readonly whenFull: 'pause' | 'trim';
}

const shape: Readonly<Record<keyof RedisListSinkOptions, z.ZodType>> = {
  ...targetShape,
  name: text,
  prefix: z.string('expected a text').optional(),
  profile: oneOf('tatsu', 'all').optional(),
  whitelist: textList.optional(),
  encoding: oneOf('json', 'etf').optional(),
  etfVersionByte: flag.optional(),
  envelope: flag.optional(),
  gaps: flag.optional(),
  maxLength: wholeNumber(1).optional(),
  whenFull: oneOf('pause', 'trim').optional(),
};

/** @throws {TypeError | RangeError} naming the option; addresses are never shown */
export function readListOptions(options: RedisListSinkOptions): RedisListSettings {
  const owner = 'createRedisListSink';
  checkOptions(owner, options, shape);
  const { encoding = 'json', etfVersionByte = false, envelope = false, whitelist = [] } = options;
  if (etfVersionByte && encoding !== 'etf') throw new TypeError(`${owner}: etfVersionByte is for encoding 'etf'`);
  if (envelope && encoding === 'etf') throw new TypeError(`${owner}: envelope is for encoding 'json'`);
  return {
    name: options.name,
    target: readTarget(owner, options, `shardgate:${options.name}`),
    prefix: options.prefix ?? LIST_PREFIX,
    profile: options.profile ?? 'tatsu',
    whitelist: whitelist.length === 0 ? undefined : new Set(whitelist),
    encoding,
    etfVersionByte,
    envelope,
    gaps: options.gaps ?? false,
    maxLength: options.maxLength ?? LIST_MAX_LENGTH,
    whenFull: options.whenFull ?? 'pause',
  };
}
