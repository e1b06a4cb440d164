import { CommandError } from '@shardgate/delivery';

/** A command as it stands in a message: `{"op":0,"shard":3,"data":{"op":4,"d":{…}}}`. */
export type CommandMessage =
  /** Sends `data` to Discord. */
  | { readonly op: 0; readonly shard: number; readonly data: unknown }
  /** Continues the shard's session on a new connection. */
  | { readonly op: 1; readonly shard: number }
  /** Gives the shard a new session. */
  | { readonly op: 2; readonly shard: number }
  /** Asks for the state of one shard, or of all. */
  | { readonly op: 3; readonly shard: number | undefined };

/**
 * Reads a command; `data` is checked by whoever carries it out.
 *
 * @throws {CommandError} `tooLarge` or `invalid`, without any value of the message
 */
export function parseCommandMessage(body: Buffer, maxBytes: number): CommandMessage {
  if (body.length > maxBytes)
    throw new CommandError('tooLarge', `the message has ${body.length} bytes, of ${maxBytes} at most`);
  const message = parse(body);
  const op: unknown = Reflect.get(message, 'op');
  const shard: unknown = Reflect.get(message, 'shard') ?? undefined;
  if (op !== 0 && op !== 1 && op !== 2 && op !== 3)
    throw new CommandError('invalid', 'op: expected 0 (send), 1 (reconnect), 2 (new session) or 3 (status)');
  if (shard === undefined ? op !== 3 : !isShardId(shard))
    throw new CommandError('invalid', 'shard: expected the number of a shard');
  if (op === 0 && !Object.hasOwn(message, 'data'))
    throw new CommandError('invalid', 'data: expected a payload for Discord');
  if (op === 3) return { op, shard: shard as number | undefined };
  return op === 0 ? { op, shard: shard as number, data: Reflect.get(message, 'data') } : { op, shard: shard as number };
}

function parse(body: Buffer): object {
  let message: unknown;
  try {
    message = JSON.parse(body.toString());
  } catch {
    throw new CommandError('invalid', 'the message is not JSON');
  }
  if (typeof message === 'object' && message !== null && !Array.isArray(message)) return message;
  throw new CommandError('invalid', 'the message is not a JSON object');
}

function isShardId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
