import type { BackOff } from '@shardgate/delivery';

/** Where events go. */
export const TOPIC = 'discord';

/** A request without an answer for this long is given up, milliseconds. */
export const TIMEOUT_MS = 10_000;

/**
 * A connection or a send is given up after this many times as long: the client's own tries end before that. A send that goes on behind our back would
 * store its messages once more, later.
 */
export const TIMEOUTS = 5;

/** Wait between two tries. */
export const BACK_OFF: BackOff = { baseMs: 250, capMs: 30_000 };

/**
 * Bytes that one send gathers from all shards: brokers take 1,048,588 for each partition unless told otherwise.
 *
 * @see https://kafka.apache.org/documentation/#brokerconfigs_message.max.bytes
 */
export const SEND_BYTES: number = 768 * 1024;

/** Tries of the client library within one send, which double nothing: its producer is idempotent. */
export const RETRY: { readonly retries: number; readonly initialRetryTime: number; readonly maxRetryTime: number } = {
  retries: 1,
  initialRetryTime: 100,
  maxRetryTime: 1_000,
};
