import { createRequire } from 'node:module';
import * as zlib from 'node:zlib';
import type { FzstdModule } from './fzstd-inflate.ts';
import { createFzstdInflate, isFzstdModule } from './fzstd-inflate.ts';
import type { InflateStream } from './inflate-stream.ts';
import { createNativeInflate } from './native-inflate.ts';
import { WireError } from './wire-error.ts';
import { createZstdFrames } from './zstd-frames.ts';

/** ZSTD_e_flush; missing in the constants of Node.js 20. */
const FLUSH = 1;
/** The smallest output buffer Node.js takes. */
const MIN_CHUNK = 64;

/**
 * A context for `zstd-stream`: node:zlib's own from Node.js 22.15 on, else the package fzstd where it is installed. Each
 * message holds whole blocks, be it of one frame that never ends or of frames of its own.
 *
 * @throws {@link WireError} `unsupported` where neither is there.
 */
export function createZstdInflate({ maxMessageBytes }: { readonly maxMessageBytes: number }): InflateStream {
  const frames = createZstdFrames({ maxMessageBytes });
  const native = nativeZstd();
  if (native === undefined) return createFzstdInflate(loadFzstd(), { frames, maxMessageBytes });
  const inflater = createNativeInflate(native, { name: 'zstd', flush: FLUSH, maxMessageBytes });
  return {
    inflate(message) {
      // Before it takes a window's memory, and as zstd would wait for the rest of a block that was cut off.
      frames.walk(message);
      return inflater.inflate(message);
    },
    close: inflater.close,
  };
}

/** Undefined before Node.js 22.15. */
function nativeZstd(): { close(): void } | undefined {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  if (typeof create !== 'function') return undefined;
  return create({ chunkSize: MIN_CHUNK });
}

function loadFzstd(): FzstdModule {
  let fzstd: unknown;
  try {
    // Only now, as most never need it, and not by import(), as a decoder is made at once.
    fzstd = createRequire(import.meta.url)('fzstd');
  } catch {
    throw new WireError(
      'unsupported',
      `compression 'zstd-stream' needs Node.js 22.15 or later (this is ${process.version}) or the package fzstd: install it, or use 'zlib-stream'`,
    );
  }
  if (!isFzstdModule(fzstd))
    throw new WireError('unsupported', 'the package fzstd has no Decompress: install fzstd 0.1');
  return fzstd;
}
