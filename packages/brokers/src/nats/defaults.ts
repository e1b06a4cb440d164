/** Subjects begin with this. */
export const PREFIX = 'discord';

/** Name of the stream. */
export const STREAM = 'DISCORD';

/** Bytes of a stream that we create. */
export const MAX_BYTES: number = 1024 * 1024 * 1024;

/** Age of the oldest message of a stream that we create, milliseconds. */
export const MAX_AGE_MS = 86_400_000;

/** Time in which a stream that we create knows an event again, milliseconds: longer than a broker is away in most outages. */
export const DUPLICATE_WINDOW_MS = 600_000;

/** Publishes without an answer, over all lanes. */
export const UNDER_WAY: { readonly messages: number; readonly bytes: number } = {
  messages: 4_096,
  bytes: 8 * 1024 * 1024,
};

/** Renewed beginnings in a row, without a single event stored, after which somebody else must be publishing to the stream. */
export const MAX_RESTARTS = 5;

/** A stream that grows no more for this long has read what a broken connection had sent, milliseconds. */
export const STILL_FOR_MS = 100;

/** Subject of commands. */
export const COMMAND_SUBJECT = 'shardgate.command';
