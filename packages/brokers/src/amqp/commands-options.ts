import type { CommandPort } from '@shardgate/delivery';
import { z } from 'zod';
import { containedReport } from '../contained-report.ts';
import { checkOptions } from '../options/check-options.ts';
import { anyFunction, milliseconds, port, text, wholeNumber } from '../options/shapes.ts';
import * as defaults from './defaults.ts';
import { linkShape, readLinkOptions, type LinkOptions, type LinkSettings } from './link-options.ts';
import { amqpName } from './sink-options.ts';

/** Options of `createAmqpCommands`. */
export interface AmqpCommandsOptions extends LinkOptions {
  /** Carries the commands out: what `createCommandIntake` made. */
  readonly intake: CommandPort;
  /** Name and id of the client that all commands come from, for the intake's roles: op 1 needs `admin`. Default `rabbitmq`. */
  readonly client?: string | undefined;
  /** Queues to take commands from, all declared durable. In a fleet also one of this process alone. Default `['gateway.send']`. */
  readonly queues?: readonly string[] | undefined;
  /** The queue of the process that has a shard, where that is another: commands for it are passed on. Default: they are dead-lettered. */
  readonly ownerQueue?: ((shardId: number) => string | undefined) | undefined;
  /** Gives a shard a new session (op 2). Default: op 2 is refused. */
  readonly reidentify?: ((shardId: number) => void | Promise<void>) | undefined;
  /** Queue for commands that could not be carried out, declared durable. Default `gateway.send.dead`. */
  readonly deadLetterQueue?: string | undefined;
  /** Messages that it keeps; beyond that the oldest are dropped. Default 100,000. */
  readonly deadLetterLength?: number | undefined;
  /** Commands under way over all shards; no shard gets more of them than it leaves free. Default 1,000. */
  readonly prefetch?: number | undefined;
  /** Largest body of a command, bytes. Default 16,384. */
  readonly maxBytes?: number | undefined;
  /** Time for commands under way at `stop`, milliseconds. Default 5,000. */
  readonly stopTimeoutMs?: number | undefined;
  /** Lines for the log. If it throws, that is ignored. Default: none. */
  readonly report?: ((level: 'info' | 'warn' | 'error', message: string) => void) | undefined;
}

/** The options as they are read. */
export interface AmqpCommandsSettings extends LinkSettings {
  readonly intake: CommandPort;
  readonly client: string;
  readonly queues: readonly string[];
  readonly ownerQueue: (shardId: number) => string | undefined;
  readonly reidentify: ((shardId: number) => void | Promise<void>) | undefined;
  readonly deadLetterQueue: string;
  readonly deadLetterLength: number;
  readonly prefetch: number;
  readonly maxBytes: number;
  readonly stopTimeoutMs: number;
  readonly report: (level: 'info' | 'warn' | 'error', message: string) => void;
}

const shape: Readonly<Record<keyof AmqpCommandsOptions, z.ZodType>> = {
  ...linkShape,
  intake: port('execute'),
  client: text.optional(),
  queues: z.array(amqpName, 'expected a list of names').min(1).optional(),
  ownerQueue: anyFunction.optional(),
  reidentify: anyFunction.optional(),
  deadLetterQueue: amqpName.optional(),
  deadLetterLength: wholeNumber(1).optional(),
  prefetch: wholeNumber(2, 65_535).optional(),
  maxBytes: wholeNumber(1, undefined, 'bytes').optional(),
  stopTimeoutMs: milliseconds(0).optional(),
  report: anyFunction.optional(),
};

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {TypeError | RangeError} naming the option; the url is never shown
 */
export function readCommandsOptions(options: AmqpCommandsOptions): AmqpCommandsSettings {
  const owner = 'createAmqpCommands';
  checkOptions(owner, options, shape);
  const queues = [...new Set(options.queues ?? [defaults.COMMAND_QUEUE])];
  const deadLetterQueue = options.deadLetterQueue ?? defaults.DEAD_QUEUE;
  if (queues.includes(deadLetterQueue))
    throw new TypeError(
      `${owner}: deadLetterQueue '${deadLetterQueue}' is among queues: its commands would go round for ever`,
    );
  return {
    ...readLinkOptions(options),
    intake: options.intake,
    client: options.client ?? 'rabbitmq',
    queues,
    ownerQueue: options.ownerQueue ?? (() => undefined),
    reidentify: options.reidentify,
    deadLetterQueue,
    deadLetterLength: options.deadLetterLength ?? defaults.DEAD_QUEUE_LENGTH,
    prefetch: options.prefetch ?? defaults.PREFETCH,
    maxBytes: options.maxBytes ?? defaults.MAX_COMMAND_BYTES,
    stopTimeoutMs: options.stopTimeoutMs ?? defaults.STOP_TIMEOUT_MS,
    report: containedReport(options.report),
  };
}
