import type { CommandPort, SinkDoor } from '@shardgate/delivery';
import type { z } from 'zod';
import { containedReport } from '../contained-report.ts';
import { COMMAND_BYTES, COMMANDS_UNDER_WAY } from '../defaults.ts';
import { checkOptions } from '../options/check-options.ts';
import { anyFunction, port, text, wholeNumber } from '../options/shapes.ts';
import { COMMAND_SUBJECT } from './defaults.ts';
import { subjectPrefix } from './jetstream-options.ts';
import { readTarget, targetShape, type NatsTarget, type NatsTargetSettings } from './nats-target.ts';

/** Options of `createNatsCommands`. */
export interface NatsCommandsOptions extends NatsTarget {
  /** Carries the commands out: what `createCommandIntake` made. */
  readonly intake: CommandPort;
  /** Subject on which commands come. Default `shardgate.command`. */
  readonly subject?: string | undefined;
  /** Queue group: of several processes with the same one, one gets a command. Default: none, every process gets all, and only the one that has the shard answers. */
  readonly queueGroup?: string | undefined;
  /** Name and id of the client that all commands come from, for the intake's roles. Default `nats`. */
  readonly clientName?: string | undefined;
  /** Commands under way at a time; others are answered `queueFull`. Default 256. */
  readonly maxUnderWay?: number | undefined;
  /** Longest command that is read, bytes. Default 16,384. */
  readonly maxBytes?: number | undefined;
  /** Lines for the log. If it throws, that is ignored. Default: none. */
  readonly report?: SinkDoor['report'] | undefined;
}

/** The options as they are read. */
export interface NatsCommandsSettings {
  readonly target: NatsTargetSettings;
  readonly intake: CommandPort;
  readonly subject: string;
  readonly queueGroup: string | undefined;
  readonly clientName: string;
  readonly maxUnderWay: number;
  readonly maxBytes: number;
  readonly report: SinkDoor['report'];
}

const shape: Readonly<Record<keyof NatsCommandsOptions, z.ZodType>> = {
  ...targetShape,
  intake: port('execute'),
  subject: subjectPrefix.optional(),
  queueGroup: subjectPrefix.optional(),
  clientName: text.optional(),
  maxUnderWay: wholeNumber(1).optional(),
  maxBytes: wholeNumber(1, undefined, 'bytes').optional(),
  report: anyFunction.optional(),
};

/** @throws {TypeError | RangeError} naming the option; addresses are never shown */
export function readCommandsOptions(options: NatsCommandsOptions): NatsCommandsSettings {
  checkOptions('createNatsCommands', options, shape);
  const { clientName = 'nats', report } = options;
  return {
    target: readTarget(options, `shardgate:commands:${clientName}`),
    intake: options.intake,
    subject: options.subject ?? COMMAND_SUBJECT,
    queueGroup: options.queueGroup,
    clientName,
    maxUnderWay: options.maxUnderWay ?? COMMANDS_UNDER_WAY,
    maxBytes: options.maxBytes ?? COMMAND_BYTES,
    report: containedReport(report),
  };
}
