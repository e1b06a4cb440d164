import type { BackOff } from '@shardgate/delivery';

/** Where our servers listen. */
export const HOST = '127.0.0.1';
export const PORT = 50_051;

/** A connection is pinged this often, and cut when no answer comes for as long, milliseconds. */
export const KEEPALIVE_MS = 20_000;

/** Consumers of one stream sink at a time. */
export const MAX_CONSUMERS = 64;

/** Longest wait for a consumer's hello, milliseconds. */
export const HELLO_TIMEOUT_MS = 5_000;

/** Longest message of a client, bytes: a hello may name the cursors of thousands of shards. */
export const MAX_MESSAGE_BYTES: number = 1024 * 1024;

/** Connections that still have something to send when a server is closed are cut after this, milliseconds. */
export const CLOSE_WITHIN_MS = 1_000;

/** A push without an answer for this long is given up, milliseconds, as tatsu's contract has it. */
export const PUSH_TIMEOUT_MS = 5_000;

/** Wait between two tries to reach the consumer's server. */
export const BACK_OFF: BackOff = { baseMs: 100, capMs: 10_000 };

/** Pushes of one shard under way: with one the order is strict. */
export const CALLS_PER_SHARD = 1;

/** Keys of pushed events are this and the event's name. */
export const KEY_PREFIX = 'gateway:events:';

/** Seconds over which events are counted for the rate that a shard's statistics tell. */
export const RATE_SECONDS = 60;

/** A shard that is to be restarted has this long to be ready again, milliseconds. */
export const RESTART_WITHIN_MS = 60_000;
