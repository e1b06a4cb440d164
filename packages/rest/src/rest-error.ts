/** What went wrong, as a name that code can compare. */
export type RestErrorCode =
  /** An answer came and its status is not 2xx; `status`, `discordCode` and `body` tell more. */
  | 'httpStatus'
  /** No answer: refused, reset, name not found. `cause` is the network's error. */
  | 'unreachable'
  /** No answer in time. A request that changes something may or may not have been carried out; it is not sent again. */
  | 'timeout'
  /** The caller's signal aborted; `cause` is its reason. */
  | 'aborted'
  /** An answer came that cannot be read: broken JSON or too large. */
  | 'invalidReply'
  /** The manager, process or forwarder was closed. */
  | 'closed';

/** What a {@link RestError} knows besides its code and message. */
export interface RestErrorDetails {
  readonly method?: string | undefined;
  readonly route?: string | undefined;
  readonly status?: number | undefined;
  readonly discordCode?: number | undefined;
  readonly body?: unknown;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/**
 * Everything this package rejects with at run time. Wrong arguments and options are `TypeError` or `RangeError`.
 *
 * No field holds the bot token or a key; webhook and interaction tokens are cut out of `route`.
 */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly code: RestErrorCode;
  /** Verb in capitals. */
  readonly method: string | undefined;
  /** Path without version, query and tokens. */
  readonly route: string | undefined;
  /** HTTP status, when an answer came. */
  readonly status: number | undefined;
  /**
   * `code` of Discord's error body.
   *
   * @see https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
   */
  readonly discordCode: number | undefined;
  /** The answer's body: parsed when it is JSON, else text. */
  readonly body: unknown;
  /** How long to wait before the next try, milliseconds, when the answer said so. */
  readonly retryAfterMs: number | undefined;

  constructor(code: RestErrorCode, message: string, details: RestErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.method = details.method;
    this.route = details.route;
    this.status = details.status;
    this.discordCode = details.discordCode;
    this.body = details.body;
    this.retryAfterMs = details.retryAfterMs;
  }
}
