/** Quiet time after which what was gathered is posted, milliseconds. */
export const INTERVAL_MS = 5_000;

/** Without a quiet time, what was gathered is posted after so many intervals: a start of many shards tells of itself once a minute. */
export const LONGEST_INTERVALS = 12;

/** Lines of one kind kept for one message; further ones are only counted. */
export const MAX_LINES = 1_000;

/** Causes told apart within one embed; further ones are put together. */
export const MAX_CAUSES = 20;

/** Longest line but for a guild's, characters. */
export const LINE_LENGTH = 300;

/** First and last upper bound of the wait after a failed post, milliseconds. */
export const RETRY = { firstMs: 1_000, capMs: 60_000 } as const;

/** Failures in a row after which the operator is told that posting fails. */
export const TELL_AFTER_FAILURES = 5;

/** Wait after a refusal, which only a person can mend; doubles with each, up to the last. Spares Discord's limit of 10,000 invalid requests in 10 minutes. */
export const REFUSED = { firstMs: 60_000, capMs: 3_600_000 } as const;

/** Longest `retry_after` that is believed, milliseconds. Cloudflare's ban, the longest seen, is an hour. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

/** Upper bound of what is added at random to a `retry_after`, milliseconds: several processes may share the limit. */
export const RETRY_AFTER_JITTER_MS = 500;

/** One post to a webhook, milliseconds. */
export const POST_TIMEOUT_MS = 15_000;

/** Longest answer of a webhook that is read, bytes. */
export const MAX_ANSWER_BYTES: number = 256 * 1024;

/** How long `flush` and `close` wait, milliseconds. */
export const FLUSH_DEADLINE_MS = 10_000;
export const CLOSE_DEADLINE_MS = 3_000;
