/** Size at which a dead-letter file is set aside, bytes. */
export const MAX_FILE_BYTES: number = 64 * 1024 * 1024;

/** Letters that wait for the disk, bytes; more are dropped and reported. */
export const MAX_PENDING_BYTES: number = 16 * 1024 * 1024;
