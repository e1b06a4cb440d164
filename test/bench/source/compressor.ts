import * as zlib from 'node:zlib';
import type { Compression } from '../runner/cell.ts';

/** ZSTD_e_flush; missing in the constants of Node.js 20. */
const ZSTD_FLUSH = 1;

/** One continuous context: each message comes out complete, as Discord sends it. */
export interface Compressor {
  add(message: Buffer): Promise<Buffer>;
  close(): void;
}

interface FlushingStream {
  write(bytes: Buffer): boolean;
  flush(kind: number, done: () => void): void;
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): void;
}

export function createCompressor(compression: Compression): Compressor {
  if (compression === 'none') return { add: (message) => Promise.resolve(message), close: () => undefined };
  const stream = compression === 'zlib-stream' ? zlib.createDeflate() : zstd();
  // The default would be a full flush, which forgets the window.
  const kind = compression === 'zlib-stream' ? zlib.constants.Z_SYNC_FLUSH : ZSTD_FLUSH;
  let out: Buffer[] = [];
  stream.on('data', (bytes: Buffer) => out.push(bytes));
  stream.on('error', (error: Error) => {
    throw error;
  });
  return {
    add: (message) =>
      new Promise((resolve) => {
        stream.write(message);
        stream.flush(kind, () => {
          resolve(Buffer.concat(out));
          out = [];
        });
      }),
    close: () => stream.close(),
  };
}

/** From Node.js 22.15 on: the runner starts the source with one that has it. */
function zstd(): FlushingStream {
  const create: unknown = Reflect.get(zlib, 'createZstdCompress');
  if (typeof create !== 'function') throw new Error(`Node.js ${process.version} has no zstd`);
  return create() as FlushingStream;
}
