/** Topic exchange that events are published to. */
export const EXCHANGE = 'gateway';

/** Queue that is bound to it for all events. */
export const QUEUE = 'gateway.recv';

/** Queue that commands are taken from. */
export const COMMAND_QUEUE = 'gateway.send';

/** Queue that commands go to which could not be carried out. */
export const DEAD_QUEUE = 'gateway.send.dead';

/** Messages that it keeps; beyond that the oldest are dropped. */
export const DEAD_QUEUE_LENGTH = 100_000;

/** Interval of AMQP heartbeats, seconds: a broker that is silent for two of them is gone. */
export const HEARTBEAT_SECONDS = 10;

/** From the first byte of a connection until it can be used, milliseconds. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** A broker that confirms nothing for so long, though it is not blocked, is left for a new connection, milliseconds. */
export const CONFIRM_TIMEOUT_MS = 30_000;

/** Messages that wait for the broker's confirmation. */
export const MAX_UNCONFIRMED = 10_000;

/** Their bodies together, bytes. */
export const MAX_UNCONFIRMED_BYTES: number = 64 * 1024 * 1024;

/** Waits between attempts to connect. */
export const BACK_OFF = { baseMs: 250, capMs: 30_000 } as const;

/** A connection that lasted so long was a good one: the next back-off begins at its base, milliseconds. */
export const STABLE_AFTER_MS = 10_000;

/** Time for a connection to say good-bye, milliseconds. */
export const CLOSE_TIMEOUT_MS = 2_000;

/**
 * A quorum queue that was made less than about 1.5 s before its broker dies comes back empty and unusable (seen with RabbitMQ 3.10): nothing
 * is published before it is this old, milliseconds.
 */
export const QUORUM_SETTLE_MS = 3_000;

/** How often a full queue is asked for its length, milliseconds. */
export const FULL_POLL_MS = 250;

/** Commands that are under way, over all shards. */
export const PREFETCH = 1_000;

/** Largest body of a command, bytes. Discord takes 4,096 of payload; the rest is room for white space. */
export const MAX_COMMAND_BYTES: number = 16 * 1024;

/** How long a command waits for a shard that has not been started, milliseconds. */
export const NOT_READY_FOR_MS = 60_000;

/** How often it is tried meanwhile, milliseconds. */
export const NOT_READY_POLL_MS = 1_000;

/** How often a command may be passed on between processes, each of which thinks the shard is another's. */
export const MAX_HOPS = 3;

/** Time for commands under way when taking them is stopped, milliseconds. */
export const STOP_TIMEOUT_MS = 5_000;

/** How often it is looked meanwhile, milliseconds. */
export const STOP_POLL_MS = 25;
