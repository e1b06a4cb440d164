import type { CommandPort, SinkDoor } from '@shardgate/delivery';
import { z } from 'zod';
import { containedReport } from '../contained-report.ts';
import { COMMAND_BYTES, COMMANDS_UNDER_WAY } from '../defaults.ts';
import { checkOptions } from '../options/check-options.ts';
import { anyFunction, port, text, wholeNumber } from '../options/shapes.ts';
import { COMMAND_LIST } from './defaults.ts';
import { readTarget, targetShape, type RedisTarget, type RedisTargetSettings } from './redis-target.ts';

/** Options of `createRedisCommands`. */
export interface RedisCommandsOptions extends RedisTarget {
  /** Carries the commands out: what `createCommandIntake` made. */
  readonly intake: CommandPort;
  /** Lists to take commands from; those in front come first. In a fleet also one of this process alone. Default `['gateway:op']`. */
  readonly lists?: readonly string[] | undefined;
  /** Name and id of the client that all commands come from, for the intake's roles. Default `redis`. */
  readonly clientName?: string | undefined;
  /** Commands under way at a time; the others stay in their list. Default 256. */
  readonly maxUnderWay?: number | undefined;
  /** Longest command that is read, bytes. Default 16,384. */
  readonly maxBytes?: number | undefined;
  /** List for what could not be carried out and wanted no answer; the newest 1,000 are kept. Default `<first list>:dead`. */
  readonly deadList?: string | undefined;
  /** Lines for the log. If it throws, that is ignored. Default: none. */
  readonly report?: SinkDoor['report'] | undefined;
}

/** The options as they are read. */
export interface RedisCommandsSettings {
  readonly target: RedisTargetSettings;
  readonly intake: CommandPort;
  readonly lists: readonly string[];
  readonly clientName: string;
  readonly maxUnderWay: number;
  readonly maxBytes: number;
  readonly deadList: string;
  readonly report: SinkDoor['report'];
}

const shape: Readonly<Record<keyof RedisCommandsOptions, z.ZodType>> = {
  ...targetShape,
  intake: port('execute'),
  lists: z.array(text, 'expected a list of texts').min(1).optional(),
  clientName: text.optional(),
  maxUnderWay: wholeNumber(1).optional(),
  maxBytes: wholeNumber(1, undefined, 'bytes').optional(),
  deadList: text.optional(),
  report: anyFunction.optional(),
};

/** @throws {TypeError | RangeError} naming the option; addresses are never shown */
export function readCommandsOptions(options: RedisCommandsOptions): RedisCommandsSettings {
  const owner = 'createRedisCommands';
  checkOptions(owner, options, shape);
  const { lists = [COMMAND_LIST], clientName = 'redis', report } = options;
  return {
    target: readTarget(owner, options, `shardgate:commands:${clientName}`),
    intake: options.intake,
    lists,
    clientName,
    maxUnderWay: options.maxUnderWay ?? COMMANDS_UNDER_WAY,
    maxBytes: options.maxBytes ?? COMMAND_BYTES,
    deadList: options.deadList ?? `${lists[0]}:dead`,
    report: containedReport(report),
  };
}
