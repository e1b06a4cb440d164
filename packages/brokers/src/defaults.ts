import type { BackOff } from '@shardgate/delivery';

/** A connection or command without an answer for this long is given up, milliseconds. */
export const TIMEOUT_MS = 10_000;

/** Wait between two tries to connect, or to go on. */
export const BACK_OFF: BackOff = { baseMs: 100, capMs: 10_000 };

/** The same trouble is told again after this long, milliseconds. */
export const TELL_AGAIN_MS = 60_000;

/** Commands under way at a time. */
export const COMMANDS_UNDER_WAY = 256;

/** Longest command that is read, bytes: Discord takes 4,096, and there is our envelope. */
export const COMMAND_BYTES: number = 16 * 1024;
