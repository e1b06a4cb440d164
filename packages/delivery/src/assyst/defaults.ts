import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where assyst-core looks for its gateway. */
export const pipePath = (): string => join(tmpdir(), 'assyst2-gateway-com');

/** Bytes handed to the kernel at once: what is repeated at most when the consumer goes in the middle of it, besides one event larger than that. */
export const WRITE_BYTES: number = 64 * 1024;

/** Consumers that wait for the one before them to go; more are turned away. */
export const MAX_WAITING = 8;
