/** A statement that takes longer is given up, milliseconds; below the state's `storeTimeoutMs`. */
export const STATEMENT_TIMEOUT_MS = 5_000;

/** An answer that has not come so long after the server should have given the statement up will not come, milliseconds. */
export const ANSWER_GRACE_MS = 1_000;

/** A connection that is not there by then is given up, milliseconds. */
export const CONNECT_TIMEOUT_MS = 5_000;

/** Tables may have to be changed before a store is open, and large ones take their time, milliseconds. */
export const FIRST_GREETING_MS = 600_000;

/** Connections for `get`, `getMany`, `list` and `counts`. */
export const READ_CONNECTIONS = 2;

/** Wait between two tries to connect, milliseconds: a random part of a bound that doubles up to the cap. */
export const BACK_OFF: { readonly baseMs: number; readonly capMs: number } = { baseMs: 100, capMs: 3_000 };

/** Doublings after which that wait no longer grows. */
export const MAX_DOUBLINGS = 16;

/** Characters of steps in one call: several megabytes more make PostgreSQL no faster, and a call has to end within its time. */
export const CALL_CHARACTERS = 4_194_304;

/** Connections idle for so long are closed, milliseconds. */
export const IDLE_MS = 30_000;

/** Reading connections that have not said goodbye by then are cut, milliseconds. */
export const CLOSE_WITHIN_MS = 2_000;
