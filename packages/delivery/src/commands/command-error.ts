/** Why a command was not carried out, as a name that code can compare. */
export type CommandErrorCode =
  /** It is no command, or one of its values is wrong. Not to be sent again as it is. */
  | 'invalid'
  /** The client's roles do not allow it. */
  | 'forbidden'
  /** The shard is not in this process. */
  | 'foreignShard'
  /** The shard has not been started, was stopped, or lost what the command waited for. */
  | 'notReady'
  /** More than Discord or this process takes. */
  | 'tooLarge'
  /** It could not be sent to Discord in time, and was not. */
  | 'expired'
  /** Too many commands wait already. */
  | 'queueFull'
  /** Discord's limit for this kind of request; `retryAfterMs` says when it may be sent again. */
  | 'rateLimited'
  /** It was sent, and the answer did not come in time. */
  | 'timeout'
  /** The intake is closed. */
  | 'closed';

/**
 * Everything `execute` of a command intake rejects with.
 *
 * The message names the member that is wrong and what is expected there, never a value: a command may hold what is private.
 */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: CommandErrorCode;
  /** Milliseconds after which the same command may succeed, where that is known. */
  readonly retryAfterMs: number | undefined;

  constructor(code: CommandErrorCode, message: string, details: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryAfterMs = details.retryAfterMs;
  }

  /** What a client is told. */
  toJSON(): { code: CommandErrorCode; message: string; retryAfterMs?: number } {
    const { code, message, retryAfterMs } = this;
    return retryAfterMs === undefined ? { code, message } : { code, message, retryAfterMs };
  }
}

/** The gateway's codes in ours; all others mean that the shard cannot send. */
const FROM_GATEWAY: Readonly<Record<string, CommandErrorCode>> = {
  unknownShard: 'foreignShard',
  invalidCommand: 'invalid',
  queueFull: 'queueFull',
  expired: 'expired',
};

/**
 * What a method of the gateway threw, as a command error. A replaced method may throw anything, so its text goes no further than
 * `cause`.
 */
export function fromGatewayError(error: unknown, what: string): CommandError {
  if (error instanceof CommandError) return error;
  const given: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  const code = (typeof given === 'string' && Object.hasOwn(FROM_GATEWAY, given) && FROM_GATEWAY[given]) || 'notReady';
  return new CommandError(code, `${what}: ${REASONS[code]}`, { cause: error });
}

const REASONS: Readonly<Partial<Record<CommandErrorCode, string>>> = {
  foreignShard: 'the shard is not in this process',
  invalid: 'the gateway does not take it',
  queueFull: "the shard's queue is full; send less, or later",
  expired: 'it could not be sent in time',
  notReady: 'the shard cannot send now; it is stopped, or its connection is being made',
};
