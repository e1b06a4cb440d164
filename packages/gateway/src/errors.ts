/** What went wrong, as a name that code can compare. */
export type GatewayErrorCode =
  /** Discord refused the token (close 4004 or HTTP 401). Every shard stops; change the token. */
  | 'tokenRejected'
  /** Discord refused the shard plan (4010, 4011). No shard identifies any more; change `maxShards`. */
  | 'shardPlanRejected'
  /** Discord refused the intents or the API version (4012, 4013, 4014). No shard identifies any more. */
  | 'configurationRejected'
  /** The gateway or the shard was stopped while something waited for it. */
  | 'stopped'
  /** The shard is not one of this gateway's. */
  | 'unknownShard'
  /** A command can never be sent: over 4,096 bytes or not serialisable. */
  | 'invalidCommand'
  /** The shard's command queue is full; the command was not taken. */
  | 'queueFull'
  /** The command waited longer than its `expiresAfterMs`. */
  | 'expired'
  /** The REST side gave no usable `/gateway/bot` answer. */
  | 'gatewayBotUnavailable'
  /** The identify budget does not allow it. */
  | 'identifyRefused'
  /** A capability that this version does not have yet. */
  | 'notAvailable';

/** Everything this package throws on purpose at run time. Wrong options are `TypeError` or `RangeError` at creation. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: GatewayErrorCode;
  /** The shard it concerns, if one. */
  readonly shardId: number | undefined;
  /** Discord's close code or HTTP status, if one was given. */
  readonly status: number | undefined;
  /** Milliseconds that the other side asked to wait before the next try, if it did. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: GatewayErrorCode,
    message: string,
    details: { shardId?: number; status?: number; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.shardId = details.shardId;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
  }
}
