/** Time a command has to be written to Discord, milliseconds. */
export const EXPIRES_AFTER_MS = 60_000;

/** Time a member request has until its last chunk, milliseconds. */
export const MEMBERS_EXPIRE_AFTER_MS = 120_000;

/** Longest of both that a client may ask for, milliseconds. */
export const MAX_EXPIRES_AFTER_MS = 600_000;

/** Commands of one client that wait, over all shards. */
export const MAX_QUEUED_PER_CLIENT = 1_000;

/** Commands of all clients that wait, over all shards. */
export const MAX_QUEUED = 10_000;

/** Commands of one client that the gateway has for one shard; the next goes when one is written. */
export const MAX_UNDER_WAY_PER_CLIENT = 4;

/** Commands of all clients that the gateway has for one shard. */
export const MAX_UNDER_WAY_PER_SHARD = 32;

/** Member requests of one client that wait for their answer. */
export const MAX_MEMBER_REQUESTS_PER_CLIENT = 64;

/** Member requests of all clients that wait for their answer. */
export const MAX_MEMBER_REQUESTS = 1_000;

/** Time without a chunk after which the rest of an answer is not expected any more, milliseconds. */
export const CHUNK_TIMEOUT_MS = 30_000;

/** The HTTP door listens here unless told otherwise. */
export const HOST = '127.0.0.1';

/** Largest body of an HTTP request, bytes. */
export const MAX_BODY_BYTES: number = 256 * 1024;

/** Commands in one HTTP request. */
export const MAX_COMMANDS_PER_REQUEST = 100;

/** Chunks in one HTTP reply, bytes of JSON. */
export const MAX_REPLY_BYTES: number = 32 * 1024 * 1024;

/** Chunks in all HTTP replies that are being gathered, bytes of JSON. */
export const MAX_BUFFERED_BYTES: number = 128 * 1024 * 1024;

/** Open HTTP connections; more are closed at once. */
export const MAX_CONNECTIONS = 256;

/** HTTP requests being answered; above it the answer is 503. */
export const MAX_REQUESTS = 512;

/** Time for an HTTP request to arrive, headers and body, milliseconds. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** Time for a client to read its answer, milliseconds. */
export const REPLY_TIMEOUT_MS = 60_000;

/** Time for requests under way when the HTTP door is stopped, milliseconds. */
export const STOP_TIMEOUT_MS = 5_000;
