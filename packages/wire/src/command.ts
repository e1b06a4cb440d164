import type { Encoding } from './decoder-options.ts';
import { encodeEtf } from './etf.ts';
import { assertEncoding } from './option-check.ts';
import { WireError } from './wire-error.ts';

/**
 * Largest command Discord takes, in bytes of the encoded text. Above it the connection is closed with 4002.
 *
 * @see https://docs.discord.com/developers/events/gateway#sending-events
 */
export const MAX_COMMAND_BYTES = 4096;

/** What a client sends: an opcode and its data. */
export interface GatewayCommand {
  readonly op: number;
  readonly d: unknown;
}

/**
 * The frame of a command: a text for `json`, bytes for a binary frame for `etf`. A bigint is written as a string in JSON,
 * Discord's form of a snowflake, and as an integer in ETF; a missing `d` as null.
 * The size is not checked here: compare its bytes with {@link MAX_COMMAND_BYTES}.
 *
 * @throws TypeError when `op` is no integer of 0 or more.
 * @throws {@link WireError} `unencodableCommand` when `d` is circular or its `toJSON` throws (then the cause); in ETF also
 * when it nests deeper than 128.
 */
export function encodeCommand(command: GatewayCommand, encoding?: 'json'): string;
export function encodeCommand(command: GatewayCommand, encoding: 'etf'): Buffer;
export function encodeCommand(command: GatewayCommand, encoding?: Encoding): string | Buffer;
export function encodeCommand(command: GatewayCommand, encoding: Encoding = 'json'): string | Buffer {
  assertEncoding(encoding);
  const { op, d = null } = command;
  if (!Number.isSafeInteger(op) || op < 0)
    throw new TypeError(`command.op must be an integer of 0 or more, got ${String(op)}`);
  try {
    return encoding === 'etf' ? encodeEtf({ op, d }) : JSON.stringify({ op, d }, bigintAsString);
  } catch (cause) {
    throw new WireError(
      'unencodableCommand',
      `the command with op ${op} cannot be written as ${encoding}: give a d without cycles`,
      { cause },
    );
  }
}

function bigintAsString(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
