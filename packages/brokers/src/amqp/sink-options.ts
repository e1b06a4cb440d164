import { z } from 'zod';
import { checkOptions } from '../options/check-options.ts';
import { flag, matching, milliseconds, oneOf, text, wholeNumber } from '../options/shapes.ts';
import * as defaults from './defaults.ts';
import { linkShape, readLinkOptions, type LinkOptions, type LinkSettings } from './link-options.ts';

/** Options of `createAmqpSink`. */
export interface AmqpSinkOptions extends LinkOptions {
  /** Unique among the sinks of a delivery. Default `rabbitmq`. */
  readonly name?: string | undefined;
  /** Topic exchange, durable; declared. Default `gateway`. */
  readonly exchange?: string | undefined;
  /** Queue that is declared, durable, and bound for all events; false for none. Default `gateway.recv`. */
  readonly queue?: string | false | undefined;
  /** Default `classic`, as twilight-dispatch has it. */
  readonly queueType?: 'classic' | 'quorum' | undefined;
  /** Messages that the queue takes: while it is full, events wait in the delivery. Default: no limit. */
  readonly maxLength?: number | undefined;
  /** Exchange for messages that consumers reject. Default: they are dropped. */
  readonly deadLetterExchange?: string | undefined;
  /** Further members of the body, behind those of twilight-dispatch. Default none. */
  readonly bodyMembers?: readonly ('s' | 'shard')[] | undefined;
  /** Whether gaps and reshards are published, with the routing keys `GAP` and `RESHARD`. Default false: they are only counted. */
  readonly gaps?: boolean | undefined;
  /** A broker that confirms nothing for so long, and is not blocked, is left for a new connection, milliseconds. Default 30,000. */
  readonly confirmTimeoutMs?: number | undefined;
  /** Messages that wait for the broker's confirmation, over all shards. Default 10,000. */
  readonly maxUnconfirmed?: number | undefined;
}

/** The options as the sink reads them. */
export interface AmqpSinkSettings extends LinkSettings {
  readonly name: string;
  readonly exchange: string;
  readonly queue: string | undefined;
  readonly queueType: 'classic' | 'quorum';
  readonly maxLength: number | undefined;
  readonly deadLetterExchange: string | undefined;
  readonly bodyMembers: readonly ('s' | 'shard')[];
  readonly gaps: boolean;
  readonly confirmTimeoutMs: number;
  readonly maxUnconfirmed: number;
}

/** AMQP's short strings have 255 bytes at most. */
export const amqpName: z.ZodType = matching(/^[^]{1,127}$/, 'expected a text of 1 to 127 characters');

const shape: Readonly<Record<keyof AmqpSinkOptions, z.ZodType>> = {
  ...linkShape,
  name: text.optional(),
  exchange: amqpName.optional(),
  queue: z.union([amqpName, z.literal(false, 'expected false')]).optional(),
  queueType: oneOf('classic', 'quorum').optional(),
  maxLength: wholeNumber(1).optional(),
  deadLetterExchange: amqpName.optional(),
  bodyMembers: z.array(oneOf('s', 'shard'), "expected a list of 's' and 'shard'").optional(),
  gaps: flag.optional(),
  confirmTimeoutMs: milliseconds(1).optional(),
  maxUnconfirmed: wholeNumber(1).optional(),
};

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {TypeError | RangeError} naming the option; the url is never shown
 */
export function readSinkOptions(options: AmqpSinkOptions): AmqpSinkSettings {
  const owner = 'createAmqpSink';
  checkOptions(owner, options, shape);
  const queue = options.queue ?? defaults.QUEUE;
  for (const name of ['queueType', 'maxLength', 'deadLetterExchange'] as const) {
    if (queue === false && options[name] !== undefined)
      throw new TypeError(`${owner}: ${name} is a property of the queue, and queue is false`);
  }
  return {
    ...readLinkOptions(options),
    name: options.name ?? 'rabbitmq',
    exchange: options.exchange ?? defaults.EXCHANGE,
    queue: queue === false ? undefined : queue,
    queueType: options.queueType ?? 'classic',
    maxLength: options.maxLength,
    deadLetterExchange: options.deadLetterExchange,
    bodyMembers: [...new Set(options.bodyMembers)],
    gaps: options.gaps ?? false,
    confirmTimeoutMs: options.confirmTimeoutMs ?? defaults.CONFIRM_TIMEOUT_MS,
    maxUnconfirmed: options.maxUnconfirmed ?? defaults.MAX_UNCONFIRMED,
  };
}
