/**
 * Largest request body, bytes. A gateway takes messages of up to 16 MiB from Discord, and a body adds some members.
 */
export const MAX_BODY_BYTES: number = 20 * 1024 * 1024;

/** How far the sender's clock and ours may be apart, seconds. */
export const TOLERANCE_SECONDS = 300;

/** A handler that takes longer has failed, milliseconds. */
export const HANDLER_TIMEOUT_MS = 15_000;

/**
 * After this time no further event of a batch is begun and the answer names those that are handled, milliseconds. Together with one slow
 * handler that stays below the 30 s after which the sink gives up waiting.
 */
export const BATCH_TIME_MS = 10_000;

/** Events that are remembered, so that they are not handled twice. */
export const REMEMBERED = 10_000;
