import { constants, createDeflate } from 'node:zlib';

/** One deflate context, kept open, used synchronously. */
export interface DeflateStream {
  /** Compresses and flushes: the result ends with `00 00 ff ff`. */
  flush(input: Buffer): Buffer;
  /** Compresses `bytes` zeros followed by a flush mark, without holding them. */
  flushZeros(bytes: number): Buffer;
  close(): void;
}

/** The part of zlib's native handle that is used. It is private to Node, stable from Node 10 to 24 at least. */
interface DeflateHandle {
  writeSync(
    flush: number,
    input: Buffer,
    inputAt: number,
    inputBytes: number,
    output: Buffer,
    outputAt: number,
    outputBytes: number,
  ): void;
}

interface SynchronousDeflate {
  readonly _handle: DeflateHandle;
  /** After a write: bytes left in the output, bytes left in the input. */
  readonly _writeState: Uint32Array;
}

function isSynchronous(deflate: unknown): deflate is SynchronousDeflate {
  if (typeof deflate !== 'object' || deflate === null || !('_handle' in deflate) || !('_writeState' in deflate))
    return false;
  const { _handle: handle, _writeState: state } = deflate;
  return typeof handle === 'object' && handle !== null && 'writeSync' in handle && state instanceof Uint32Array;
}

const OUTPUT_BYTES = 64 * 1024;
/** Shared: what is written into it is copied out before the next call. */
const output: Buffer = Buffer.allocUnsafe(OUTPUT_BYTES);
const zeros: Buffer = Buffer.alloc(1024 * 1024);

/**
 * Opens a zlib stream. Synchronous, because a result that came later would make virtual time depend on real time.
 *
 * @throws {Error} on a Node whose zlib cannot be used so
 */
export function createDeflateStream(level: number): DeflateStream {
  const deflate = createDeflate({ level });
  if (!isSynchronous(deflate))
    throw new Error('node:zlib of this Node version has no synchronous handle; use a connection without compression');
  const { _handle: handle, _writeState: state } = deflate;

  /** zlib wants to be called until it leaves room in the output. */
  function write(input: Buffer, flush: number, chunks: Buffer[]): void {
    let at = 0;
    let left = input.length;
    do {
      handle.writeSync(flush, input, at, left, output, 0, OUTPUT_BYTES);
      const [outputLeft = 0, inputLeft = 0] = state;
      if (outputLeft < OUTPUT_BYTES) chunks.push(Buffer.from(output.subarray(0, OUTPUT_BYTES - outputLeft)));
      at += left - inputLeft;
      left = inputLeft;
      if (outputLeft > 0) return;
    } while (true);
  }

  function joined(chunks: Buffer[]): Buffer {
    return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
  }

  return {
    flush(input) {
      const chunks: Buffer[] = [];
      write(input, constants.Z_SYNC_FLUSH, chunks);
      return joined(chunks);
    },
    flushZeros(bytes) {
      const chunks: Buffer[] = [];
      for (let left = bytes; left > 0; left -= zeros.length) {
        write(zeros.subarray(0, Math.min(left, zeros.length)), constants.Z_NO_FLUSH, chunks);
      }
      write(Buffer.alloc(0), constants.Z_SYNC_FLUSH, chunks);
      return joined(chunks);
    },
    close: () => deflate.close(),
  };
}
