import type { BackOff } from '@shardgate/delivery';
import { z } from 'zod';
import { checkOptions } from '../options/check-options.ts';
import {
  anyFunction,
  clockPort,
  flag,
  matching,
  milliseconds,
  oneOf,
  text,
  textList,
  wholeNumber,
} from '../options/shapes.ts';
import { systemClock, systemRandom, type Clock, type Random } from '../ports/clock.ts';
import * as defaults from './defaults.ts';
import { pem } from './server-options.ts';

/** How a client makes sure of the server, and shows itself. PEM texts. */
export interface GrpcClientTls {
  /** Authority of the server's certificate. Default: those of Node. */
  readonly ca?: string | Buffer | undefined;
  /** A certificate to show, with its key. */
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** Name in the server's certificate, where it is not the host of the address. */
  readonly serverName?: string | undefined;
}

/** Options of `createGrpcPushSink`. */
export interface GrpcPushSinkOptions {
  /** Unique among the sinks of a delivery. */
  readonly name: string;
  /** The consumer's server: `host:port`, or what else gRPC names a server by (`unix:/path`, `dns:///host:port`). */
  readonly address: string;
  /** Default: none, plain HTTP/2. `{}` for a server with a certificate that Node trusts. */
  readonly tls?: GrpcClientTls | undefined;
  /** Sent with each call as `authorization: Bearer <key>`. Default: none. */
  readonly secretKey?: string | undefined;
  /** The call: tatsu's own, or that of the demo its README links to. Default `gateway.Queue/Push`. */
  readonly method?: 'gateway.Queue/Push' | 'proto.Server/Create' | undefined;
  /** The key of an event is this and its name. Default `gateway:events:`. */
  readonly prefix?: string | undefined;
  /** `tatsu`: no READY, no RESUMED, and GUILD_CREATE only for a guild that the bot has joined. `all`: every event. Default `tatsu`. */
  readonly profile?: 'tatsu' | 'all' | undefined;
  /** Names of the only events that are pushed. Absent or empty: all. */
  readonly whitelist?: readonly string[] | undefined;
  /** What a value is: the JSON text of `d`, or `d` as an ETF term without its version byte. Default `json`. */
  readonly encoding?: 'json' | 'etf' | undefined;
  /** A value is a JSON object with `op`, `s`, `t`, `id`, `shard`, `receivedAt`, `guildEvent`, `d` and `old` instead. Default false. */
  readonly envelope?: boolean | undefined;
  /** Gaps are pushed with the key `<prefix>GAP`, as JSON. Default false: they are passed over. */
  readonly gaps?: boolean | undefined;
  /** Id of the bot's user, sent with each call; asked for each event. While it gives none, or throws, none is sent. Default: none. */
  readonly botId?: (() => string | null | undefined) | undefined;
  /** Calls of one shard under way at a time. With 1 its events come in order; with more a server may see them in another. Default 1. */
  readonly callsPerShard?: number | undefined;
  /** A call without an answer for this long is given up, milliseconds. Default 5,000. */
  readonly timeoutMs?: number | undefined;
  /** Wait between two tries. Default 100 ms doubling to 10 s, with jitter. */
  readonly backOff?: Partial<BackOff> | undefined;
  /** Default: real time. */
  readonly clock?: Clock | undefined;
  /** Default: `Math.random`. */
  readonly random?: Random | undefined;
}

/** The options as the sink reads them. */
export interface GrpcPushSettings {
  readonly name: string;
  readonly address: string;
  readonly tls: GrpcClientTls | undefined;
  readonly secretKey: string | undefined;
  /** As gRPC has it: `/<service>/<method>`. */
  readonly path: string;
  readonly prefix: string;
  readonly profile: 'tatsu' | 'all';
  readonly whitelist: ReadonlySet<string> | undefined;
  readonly encoding: 'json' | 'etf';
  readonly envelope: boolean;
  readonly gaps: boolean;
  /** Does not throw. */
  botId(): string | undefined;
  readonly callsPerShard: number;
  readonly timeoutMs: number;
  readonly backOff: BackOff;
  readonly clock: Clock;
  readonly random: Random;
}

const shape: Readonly<Record<keyof GrpcPushSinkOptions, z.ZodType>> = {
  name: text,
  address: matching(/^[^@\s]+$/, 'expected host:port, without credentials'),
  tls: z
    .strictObject({ ca: pem.optional(), cert: pem.optional(), key: pem.optional(), serverName: text.optional() })
    .optional(),
  secretKey: text.optional(),
  method: oneOf('gateway.Queue/Push', 'proto.Server/Create').optional(),
  prefix: z.string('expected a text').optional(),
  profile: oneOf('tatsu', 'all').optional(),
  whitelist: textList.optional(),
  encoding: oneOf('json', 'etf').optional(),
  envelope: flag.optional(),
  gaps: flag.optional(),
  botId: anyFunction.optional(),
  callsPerShard: wholeNumber(1, 1_000).optional(),
  timeoutMs: milliseconds(1, 600_000).optional(),
  backOff: z.strictObject({ baseMs: milliseconds(1).optional(), capMs: milliseconds(1).optional() }).optional(),
  clock: clockPort.optional(),
  random: anyFunction.optional(),
};

/** @throws {TypeError | RangeError} naming the option */
export function readPushOptions(options: GrpcPushSinkOptions): GrpcPushSettings {
  const owner = 'createGrpcPushSink';
  checkOptions(owner, options, shape);
  const { tls, encoding = 'json', envelope = false, whitelist = [] } = options;
  if (envelope && encoding === 'etf') throw new TypeError(`${owner}: envelope is for encoding 'json'`);
  if ((tls?.cert === undefined) !== (tls?.key === undefined))
    throw new TypeError(`${owner}: tls.cert and tls.key go together`);
  return {
    name: options.name,
    address: options.address,
    tls,
    secretKey: options.secretKey,
    path: `/${options.method ?? 'gateway.Queue/Push'}`,
    prefix: options.prefix ?? defaults.KEY_PREFIX,
    profile: options.profile ?? 'tatsu',
    whitelist: whitelist.length === 0 ? undefined : new Set(whitelist),
    encoding,
    envelope,
    gaps: options.gaps ?? false,
    botId: quietly(options.botId),
    callsPerShard: options.callsPerShard ?? defaults.CALLS_PER_SHARD,
    timeoutMs: options.timeoutMs ?? defaults.PUSH_TIMEOUT_MS,
    backOff: { ...defaults.BACK_OFF, ...options.backOff },
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}

/** A function of the user's: one that throws gives nothing. */
function quietly(read: GrpcPushSinkOptions['botId']): () => string | undefined {
  return () => {
    try {
      return read?.() ?? undefined;
    } catch {
      return undefined;
    }
  };
}
