/** The server listens here unless told otherwise: only programs of this machine reach it. */
export const HOST = '127.0.0.1';

/** Largest body of a request, bytes; the longest that means something has a few dozen. */
export const MAX_BODY_BYTES: number = 16 * 1024;

/** Largest headers of a request, bytes. */
export const MAX_HEADER_BYTES: number = 8 * 1024;

/** Open connections; more are closed at once. */
export const MAX_CONNECTIONS = 128;

/** Time for a request to arrive, headers and body, milliseconds. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** Time without a byte in either direction after which a connection is closed, milliseconds. */
export const IDLE_TIMEOUT_MS = 60_000;

/** Time that an action may take until it is answered, milliseconds. */
export const ACTION_TIMEOUT_MS = 10_000;

/** Time that `close` gives to answers under way, milliseconds. */
export const CLOSE_TIMEOUT_MS = 2_000;

/** Event streams open at a time. */
export const MAX_STREAMS = 32;

/** From one snapshot of an event stream to the next, milliseconds. */
export const SNAPSHOT_INTERVAL_MS = 1_000;

/** From one comment of an event stream to the next, milliseconds. It shows a proxy in between that the connection lives. */
export const COMMENT_INTERVAL_MS = 15_000;

/** What a reader of an event stream is told to wait before it comes again, milliseconds. */
export const RECONNECT_MS = 2_000;

/** Snapshots that a slow reader may miss in a row; then its stream is cut off. */
export const MAX_MISSED_SNAPSHOTS = 10;

/** What may wait for a slow reader, bytes; more, and its stream is cut off. */
export const MAX_STREAM_BYTES: number = 4 * 1024 * 1024;

/** The dashboard's files together, bytes: they are kept in memory. */
export const MAX_DASHBOARD_BYTES: number = 16 * 1024 * 1024;
