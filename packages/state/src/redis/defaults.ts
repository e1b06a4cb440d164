/** A connection or command without an answer for this long is given up, milliseconds. */
export const TIMEOUT_MS = 5_000;

/** After a connection that could not be made, calls fail at once for this long, milliseconds: many readers are not to make many connections. */
export const DIAL_PAUSE_MS = 100;

/** How often objects whose time is over are looked for, milliseconds. twilight-dispatch does it as often. */
export const SWEEP_MS = 1_000;

/** Objects of which the time is over that one call removes. */
export const SWEEP_AT_ONCE = 1_000;

/** Keys read by one command. */
export const KEYS_AT_ONCE = 1_000;

/** What was sent on a connection that was given up is refused for this long, seconds: far longer than a server may be stopped and go on. */
export const WRITER_SECONDS = 86_400;

/** The mark by which that is known, and by which a server is known to have its data still, is set again so often, seconds. */
export const REMARK_SECONDS: number = WRITER_SECONDS / 2;

/** How often a server is looked at of which nothing is wanted, milliseconds: it may be away, or have lost its data. */
export const LOOK_MS = 2_000;

/** Time between two writes of the information keys, milliseconds. */
export const WRITE_MS = 1_000;

/** A change of a shard is written within this, milliseconds: several at a time are one write. */
export const SOON_MS = 100;

/** A process that has not written for this long is dead, milliseconds. */
export const DEAD_AFTER_MS = 10_000;
