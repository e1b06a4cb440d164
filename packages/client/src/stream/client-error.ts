/**
 * Why something failed, as a name that code can compare:
 *
 * - `closed`: the client was closed
 * - `timeout`: no answer, or no connection, before the deadline
 * - `disconnected`: the connection was lost before the answer came; whether the command was carried out is unknown
 * - `queueFull`: too many commands wait already
 * - `refused`: the server does not let this client in (wrong key, no common version)
 * - `handlerTimeout`: a handler did not settle in time
 * - `protocol`: the server said something that has no meaning
 *
 * and every code of the server's answers, see docs/PROTOCOL.md.
 */
export type ClientErrorCode =
  | 'closed'
  | 'timeout'
  | 'disconnected'
  | 'queueFull'
  | 'refused'
  | 'handlerTimeout'
  | 'protocol'
  | (string & {});

/** Everything that the promises of an event client reject with. */
export class ClientError extends Error {
  override readonly name: string = 'ClientError';
  readonly code: ClientErrorCode;
  /** Milliseconds after which the same may succeed, where the server said so. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ClientErrorCode, message: string, details: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryAfterMs = details.retryAfterMs;
  }
}
