import type { ConnectionOptions } from 'node:tls';
import type { BackOff } from '@shardgate/delivery';
import type { SASLOptions } from 'kafkajs';
import { z } from 'zod';
import { checkOptions } from '../options/check-options.ts';
import { anyFunction, clockPort, matching, milliseconds, oneOf, text } from '../options/shapes.ts';
import { systemClock, systemRandom, type Clock, type Random } from '../ports/clock.ts';
import * as defaults from './defaults.ts';
import { kafkajsProducer, type KafkaProducer } from './kafka-producer.ts';

/** Options of `createKafkaSink`: either `servers` or `createProducer`. */
export interface KafkaSinkOptions {
  /** Unique among the sinks of a delivery. */
  readonly name: string;
  /** Brokers to begin with, `host:port`. */
  readonly servers?: readonly string[] | undefined;
  /** TLS: true, or what Node's `tls.connect` takes of it. Default: none. */
  readonly tls?: true | Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername'> | undefined;
  /** Name and password, as KafkaJS takes them: `{ mechanism: 'scram-sha-512', username, password }`. Shown nowhere. */
  readonly sasl?: SASLOptions | undefined;
  /** Makes a producer of another library with KafkaJS' interface, which must be idempotent and wait for all replicas. Called again after each failure. */
  readonly createProducer?: (() => KafkaProducer | Promise<KafkaProducer>) | undefined;
  /** Default `discord`. It is to exist, or brokers are to create topics by themselves. */
  readonly topic?: string | undefined;
  /** What a message is: an object with `op`, `s`, `t`, `id`, `shard`, `d` and more (`event`), or the JSON text of `d` alone (`data`). Default `event`. */
  readonly body?: 'event' | 'data' | undefined;
  /** A request without an answer for this long is given up, milliseconds; a producer that has not ended its work after five times as long is. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Wait between two tries. Default 250 ms doubling to 30 s, with jitter. */
  readonly backOff?: Partial<BackOff> | undefined;
  /** Default: real time. */
  readonly clock?: Clock | undefined;
  /** Default: `Math.random`. */
  readonly random?: Random | undefined;
}

/** The options as the sink reads them. */
export interface KafkaSettings {
  readonly name: string;
  /** For messages. */
  readonly where: string;
  readonly createProducer: () => KafkaProducer | Promise<KafkaProducer>;
  readonly topic: string;
  readonly body: 'event' | 'data';
  readonly timeoutMs: number;
  readonly backOff: BackOff;
  readonly clock: Clock;
  readonly random: Random;
}

const OWNER = 'createKafkaSink';

const shape: Readonly<Record<keyof KafkaSinkOptions, z.ZodType>> = {
  name: text,
  servers: z
    .array(matching(/^[^\s/@]+:\d+$/, 'expected host:port'), 'expected a list of host:port')
    .min(1)
    .optional(),
  tls: z
    .union([z.literal(true), z.record(z.string(), z.unknown())], 'expected true or an object of TLS options')
    .optional(),
  // Its values are checked by the library; no message of ours may show them.
  sasl: z.custom((value) => typeof value === 'object' && value !== null, 'expected an object').optional(),
  createProducer: anyFunction.optional(),
  topic: matching(/^[\w.-]{1,249}$/, 'expected letters, digits, full stops, _ and -').optional(),
  body: oneOf('event', 'data').optional(),
  timeoutMs: milliseconds(1, 600_000).optional(),
  backOff: z.strictObject({ baseMs: milliseconds(1).optional(), capMs: milliseconds(1).optional() }).optional(),
  clock: clockPort.optional(),
  random: anyFunction.optional(),
};

/** @throws {TypeError | RangeError} naming the option; passwords are never shown */
export function readKafkaOptions(options: KafkaSinkOptions): KafkaSettings {
  checkOptions(OWNER, { ...options, sasl: typeof options?.sasl === 'string' ? null : options?.sasl }, shape);
  const { name, servers, tls, sasl, createProducer, timeoutMs = defaults.TIMEOUT_MS } = options;
  if ((servers === undefined) === (createProducer === undefined))
    throw new TypeError(`${OWNER}: expected either servers or createProducer`);
  if (createProducer !== undefined && (tls !== undefined || sasl !== undefined))
    throw new TypeError(`${OWNER}: with createProducer, tls and sasl are that producer's own`);
  return {
    name,
    where: servers?.join(', ') ?? 'cluster',
    createProducer:
      createProducer ??
      kafkajsProducer({
        clientId: `shardgate:${name}`,
        brokers: [...(servers ?? [])],
        connectionTimeout: Math.min(timeoutMs, 10_000),
        requestTimeout: timeoutMs,
        ...(tls === undefined ? {} : { ssl: tls }),
        ...(sasl === undefined ? {} : { sasl }),
      }),
    topic: options.topic ?? defaults.TOPIC,
    body: options.body ?? 'event',
    timeoutMs,
    backOff: { ...defaults.BACK_OFF, ...options.backOff },
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}
