/** The server listens here unless told otherwise: only programs of this machine reach it. */
export const HOST = '127.0.0.1';

/** Where tatsu's routes are. */
export const BASE = '/v1/events';

/** Largest body of a request, bytes: objects that are set, where that is switched on. */
export const MAX_BODY_BYTES: number = 16 * 1024 * 1024;

/** Largest headers of a request, bytes: ids may be repeated in the address. */
export const MAX_HEADER_BYTES: number = 64 * 1024;

/** Open connections; more are closed at once. */
export const MAX_CONNECTIONS = 1_024;

/** Time for a request to arrive, headers and body, milliseconds. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** Time without a byte in either direction after which a connection is closed, milliseconds. */
export const IDLE_TIMEOUT_MS = 60_000;

/** Time that `close` gives to answers under way, milliseconds. */
export const CLOSE_TIMEOUT_MS = 2_000;
