/** One request from its first byte to the end of its answer, milliseconds. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** Connections to one address at most; lanes above that number take turns. */
export const CONNECTIONS = 64;

/** Bytes of an answer that are read; a longer one costs its connection and counts by its status. */
export const MAX_REPLY_BYTES: number = 64 * 1024;

/** Longest `Retry-After` that is believed, milliseconds: a broken proxy must not silence a consumer for days. */
export const MAX_RETRY_AFTER_MS = 300_000;

/** Pause after 401 and 403: a wrong key does not become right by asking often. */
export const WRONG_KEY_PAUSE_MS = 30_000;
