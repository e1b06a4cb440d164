import * as zlib from 'node:zlib';
import { createNativeCompress } from './native-compress.ts';
import type { CompressStream } from './native-compress.ts';
import { createBlockStream } from './zstd-blocks.ts';

/** Numbers of node:zlib's zstd; missing in the constants of Node 20. */
const ZSTD_E_CONTINUE = 0;
const ZSTD_E_FLUSH = 1;
const ZSTD_C_WINDOW_LOG = 101;

/** Discord's frames have a window of 256 KiB. */
const PARAMS = { params: { [ZSTD_C_WINDOW_LOG]: 18 } };

/** Undefined before Node 22.15. */
function nativeStream(): { close(): void } | undefined {
  const create: unknown = Reflect.get(zlib, 'createZstdCompress');
  return typeof create === 'function' ? create(PARAMS) : undefined;
}

/**
 * Opens a zstd stream: one frame that never ends, a flush for each message. With the zstd of node:zlib where there is one,
 * else in blocks that are not compressed.
 *
 * @throws {Error} on a Node whose zstd cannot be used synchronously
 */
export function createZstdStream(): CompressStream {
  const native = nativeStream();
  if (native === undefined) return createBlockStream('continuous');
  return createNativeCompress(native, { goOn: ZSTD_E_CONTINUE, flush: ZSTD_E_FLUSH });
}

/** A frame for each message, which Discord does not send but any decompressor must take. */
export function createZstdFrames(): CompressStream {
  const inBlocks = createBlockStream('separate');
  const compress: unknown = Reflect.get(zlib, 'zstdCompressSync');
  if (typeof compress !== 'function') return inBlocks;
  return { ...inBlocks, flush: (input) => compress(input, PARAMS) };
}
