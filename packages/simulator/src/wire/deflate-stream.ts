import { constants, createDeflate } from 'node:zlib';
import { createNativeCompress } from './native-compress.ts';
import type { CompressStream } from './native-compress.ts';

/**
 * Opens a zlib stream; each message ends with `00 00 ff ff`.
 *
 * @throws {Error} on a Node whose zlib cannot be used synchronously
 */
export function createDeflateStream(level: number): CompressStream {
  return createNativeCompress(createDeflate({ level }), {
    goOn: constants.Z_NO_FLUSH,
    flush: constants.Z_SYNC_FLUSH,
  });
}
