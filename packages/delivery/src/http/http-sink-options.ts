import type { ConnectionOptions } from 'node:tls';
import type { Clock } from '@shardgate/gateway';
import { z } from 'zod';
import { checkOptions } from '../options/check-options.ts';
import { clockPort, flag, milliseconds, oneOf, secret, text, wholeNumber } from '../options/shapes.ts';
import { systemClock } from '../ports/clock.ts';
import { CONNECTIONS, MAX_REPLY_BYTES, REQUEST_TIMEOUT_MS } from './defaults.ts';
import { httpAddress, parseHttpAddress } from './http-address.ts';

/** Options of `createHttpSink`. */
export interface HttpSinkOptions {
  /** Unique among the sinks of a delivery. */
  readonly name: string;
  /** Address of the consumer, http or https; path and query are kept. */
  readonly url?: string | undefined;
  /** Several consumers instead of one: a shard's events all go to `urls[shardId % urls.length]`. */
  readonly urls?: readonly string[] | undefined;
  /** Sent as `Authorization`, just as it is. Default: no such header. */
  readonly secretKey?: string | undefined;
  /** Signs each request: `Shardgate-Timestamp` and `Shardgate-Signature`. Default: not signed. */
  readonly signingKey?: string | undefined;
  /** One event a request as in the tutorial (`event`), or a batch a request as lines of JSON (`batch`). Default `event`. */
  readonly format?: 'event' | 'batch' | undefined;
  /**
   * Whether gaps and reshards are sent too with `format: 'event'`, as `{"shardId", "gap"}` and `{"shardId", "reshard"}`; batches always have them.
   * Default false.
   */
  readonly gaps?: boolean | undefined;
  /** Whether events have `old`, the object before the event, where a state knows it. Default true. */
  readonly old?: boolean | undefined;
  /** Time limit of one request, milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Connections to each address at most; each lane has one request under way, more lanes take turns. Default 64. */
  readonly connections?: number | undefined;
  /** Bytes of an answer that are read. Default 65,536. */
  readonly maxReplyBytes?: number | undefined;
  /** For https: an own authority, and a certificate to show. TLS 1.2 or later, and the server's certificate is always checked. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername'> | undefined;
  /** Default: real time. */
  readonly clock?: Clock | undefined;
}

/** The options as the sink reads them. */
export interface HttpSinkSettings {
  readonly name: string;
  readonly urls: readonly URL[];
  readonly secretKey: string | undefined;
  readonly signingKey: string | undefined;
  readonly format: 'event' | 'batch';
  readonly gaps: boolean;
  readonly old: boolean;
  readonly timeoutMs: number;
  readonly connections: number;
  readonly maxReplyBytes: number;
  readonly tls: NonNullable<HttpSinkOptions['tls']>;
  readonly clock: Clock;
}

/** What else undici takes would lessen what TLS is for. */
const tls = z.strictObject({
  ca: z.unknown().optional(),
  cert: z.unknown().optional(),
  key: z.unknown().optional(),
  passphrase: z.unknown().optional(),
  servername: z.unknown().optional(),
});

const shape: Readonly<Record<keyof HttpSinkOptions, z.ZodType>> = {
  name: text,
  url: httpAddress.optional(),
  urls: z.array(httpAddress).min(1).optional(),
  secretKey: secret.optional(),
  signingKey: secret.optional(),
  format: oneOf('event', 'batch').optional(),
  gaps: flag.optional(),
  old: flag.optional(),
  timeoutMs: milliseconds(1, 600_000).optional(),
  connections: wholeNumber(1, 65_535).optional(),
  maxReplyBytes: wholeNumber(1, 64 * 1024 * 1024, 'bytes').optional(),
  tls: tls.optional(),
  clock: clockPort.optional(),
};

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {TypeError | RangeError} naming the option; keys are never shown
 */
export function readHttpSinkOptions(options: HttpSinkOptions): HttpSinkSettings {
  const owner = 'createHttpSink';
  checkOptions(owner, options, shape);
  if ((options.url === undefined) === (options.urls === undefined))
    throw new TypeError(`${owner}: expected either url or urls`);
  if (options.gaps === true && options.format === 'batch')
    throw new TypeError(`${owner}: gaps is for format 'event'; batches always have gaps`);
  return {
    name: options.name,
    urls: (options.urls ?? [options.url ?? '']).map(parseHttpAddress),
    secretKey: options.secretKey,
    signingKey: options.signingKey,
    format: options.format ?? 'event',
    gaps: options.gaps ?? false,
    old: options.old ?? true,
    timeoutMs: options.timeoutMs ?? REQUEST_TIMEOUT_MS,
    connections: options.connections ?? CONNECTIONS,
    maxReplyBytes: options.maxReplyBytes ?? MAX_REPLY_BYTES,
    tls: options.tls ?? {},
    clock: options.clock ?? systemClock,
  };
}
