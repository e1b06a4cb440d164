import type { Inflate } from 'node:zlib';
import { constants, createInflate } from 'node:zlib';
import type { InflateStream } from './inflate-stream.ts';
import { createNativeInflate } from './native-inflate.ts';

interface Limits {
  readonly maxMessageBytes: number;
}

/**
 * A context for `zlib-stream`.
 *
 * @throws {@link WireError} `unsupported` where this Node.js has no synchronous handle.
 */
export function createZlibInflate({ maxMessageBytes }: Limits): InflateStream {
  return createNativeInflate(openStream(), { name: 'zlib', flush: constants.Z_SYNC_FLUSH, maxMessageBytes });
}

/**
 * A context for messages that are each compressed on their own, as with payload compression. One for all of a connection's:
 * inflateSync would take native memory for each, and frees it late.
 *
 * @throws {@link WireError} `unsupported` where this Node.js has no synchronous handle.
 */
export function createPayloadInflate({ maxMessageBytes }: Limits): InflateStream {
  // To finish is what makes a message that was cut off an error.
  return createNativeInflate(openStream(), {
    name: 'zlib',
    flush: constants.Z_FINISH,
    maxMessageBytes,
    separate: true,
  });
}

function openStream(): Inflate {
  // The stream's own output buffer is never used: take the smallest.
  return createInflate({ chunkSize: constants.Z_MIN_CHUNK });
}
