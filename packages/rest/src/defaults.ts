import type { BackoffBounds } from './ports/backoff.ts';

/**
 * Discord's API without a version.
 *
 * @see https://docs.discord.com/developers/reference#api-reference-base-url
 */
export const BASE_URL = 'https://discord.com/api';

/**
 * Discord's file host. It needs no token.
 *
 * @see https://docs.discord.com/developers/reference#image-formatting-image-base-url
 */
export const CDN_URL = 'https://cdn.discordapp.com';

/** @see https://docs.discord.com/developers/reference#api-versioning */
export const API_VERSION = 10;

/**
 * Discord refuses clients that do not name themselves in this form.
 *
 * @see https://docs.discord.com/developers/reference#user-agent
 */
export const USER_AGENT = 'DiscordBot (https://www.npmjs.com/package/shardgate, 0)';

/**
 * Requests a second a bot may make over all routes.
 *
 * @see https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
 */
export const GLOBAL_REQUESTS_PER_SECOND = 50;

/** Whole call of a manager, queueing included, milliseconds. */
export const CALL_TIMEOUT_MS = 30_000;

/** One attempt of the rate-limit library at Discord, milliseconds. */
export const ATTEMPT_TIMEOUT_MS = 15_000;

/** Repeats of a safe request (GET, PUT, DELETE) after a 5xx or a lost connection. */
export const REPEATS = 3;

/** Pause before such a repeat. */
export const REPEAT_BACKOFF: BackoffBounds = { firstMs: 250, capMs: 5_000 };

/** Longest time the REST process holds a request, rate limits included, milliseconds. */
export const HOLD_TIMEOUT_MS = 300_000;

/** Longest time the REST process waits at `stop` for requests in flight, milliseconds. */
export const STOP_TIMEOUT_MS = 10_000;

/** The REST process listens here unless told otherwise. */
export const HOST = '127.0.0.1';

/** Requests the REST process holds at once; above it the answer is 503. */
export const MAX_IN_FLIGHT = 10_000;

/** Largest request body the REST process takes, bytes: ten files of Discord's default 10 MiB and room for the rest. */
export const MAX_BODY_BYTES: number = 110 * 1024 * 1024;

/** All request bodies the REST process holds together, bytes; above it the answer is 503. */
export const MAX_BUFFERED_BYTES: number = 512 * 1024 * 1024;

/** Largest answer read into memory, bytes. */
export const MAX_REPLY_BYTES: number = 64 * 1024 * 1024;

/** Sockets a manager opens to its REST process at most; further calls wait, each within its time-out. */
export const MAX_CONNECTIONS = 512;

/** One attempt of the forwarder at the event handler, milliseconds. */
export const FORWARD_TIMEOUT_MS = 30_000;

/** Sockets of the forwarder, and so its posts in flight at most. */
export const FORWARD_MAX_CONCURRENT = 64;

/** Pause of the forwarder while the event handler is away. */
export const FORWARD_BACKOFF: BackoffBounds = { firstMs: 100, capMs: 5_000 };

/** Longest `Retry-After` of an event handler that is believed, milliseconds. */
export const MAX_RETRY_AFTER_MS = 300_000;
