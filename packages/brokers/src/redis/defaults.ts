/** tatsu's names of lists begin with this. */
export const LIST_PREFIX = 'gateway:events:';

/** Elements of a list at most. */
export const LIST_MAX_LENGTH = 1_000_000;

/** A full list goes on when it is this much of its bound or shorter. */
export const RESUME_AT = 0.9;

/** How often a full list or stream is looked at, milliseconds. */
export const FULL_POLL_MS = 500;

/** Names of streams begin with this. */
export const STREAM_PREFIX = 'shardgate:';

/** Entries of a stream at least before the oldest go. */
export const STREAM_MAX_LENGTH = 1_000_000;

/** spec-tacles keeps the entries of this time, milliseconds. */
export const SPECTACLES_MAX_AGE_MS = 3_600_000;

/** tatsu's list of commands. */
export const COMMAND_LIST = 'gateway:op';

/** Replies that nobody fetches go after this, seconds. */
export const REPLY_SECONDS = 60;

/** Commands that could not be read or carried out and wanted no reply: the newest of them are kept. */
export const DEAD_COMMANDS = 1_000;
