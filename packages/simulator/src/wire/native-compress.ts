/** One compression context, kept open, used synchronously. */
export interface CompressStream {
  /** Compresses and flushes: all of the input can be read from what has come out so far. */
  flush(input: Buffer): Buffer;
  /** Compresses `bytes` zeros and flushes, without holding them. */
  flushZeros(bytes: number): Buffer;
  close(): void;
}

/** The part of the native handle of a node:zlib stream that is used. It is private to Node, stable from Node 10 to 24 at least. */
interface NativeHandle {
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

interface Synchronous {
  readonly _handle: NativeHandle;
  /** After a write: bytes left in the output, bytes left in the input. */
  readonly _writeState: Uint32Array;
}

function isSynchronous(stream: object): stream is Synchronous {
  if (!('_handle' in stream) || !('_writeState' in stream)) return false;
  const { _handle: handle, _writeState: state } = stream;
  return typeof handle === 'object' && handle !== null && 'writeSync' in handle && state instanceof Uint32Array;
}

const OUTPUT_BYTES = 64 * 1024;
/** Shared: what is written into it is copied out before the next call. */
const output: Buffer = Buffer.allocUnsafe(OUTPUT_BYTES);
const zeros: Buffer = Buffer.alloc(1024 * 1024);

function joined(chunks: Buffer[]): Buffer {
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

/**
 * Compresses on the handle inside a stream of node:zlib. Synchronous, because a result that came later would make
 * virtual time depend on real time. `flushes` are the stream's own numbers for going on and for flushing.
 *
 * @throws {Error} on a Node whose zlib cannot be used so
 */
export function createNativeCompress(
  stream: { close(): void },
  flushes: { readonly goOn: number; readonly flush: number },
): CompressStream {
  if (!isSynchronous(stream))
    throw new Error('node:zlib of this Node version has no synchronous handle; use a connection without compression');
  const { _handle: handle, _writeState: state } = stream;

  /** The library wants to be called until it leaves room in the output. */
  function write(input: Buffer, flush: number, chunks: Buffer[]): void {
    let at = 0;
    let left = input.length;
    do {
      handle.writeSync(flush, input, at, left, output, 0, OUTPUT_BYTES);
      const [outputLeft = 0, inputLeft = 0] = state;
      if (outputLeft < OUTPUT_BYTES) chunks.push(Buffer.from(output.subarray(0, OUTPUT_BYTES - outputLeft)));
      at += left - inputLeft;
      left = inputLeft;
      if (outputLeft > 0 && left === 0) return;
    } while (true);
  }

  return {
    flush(input) {
      const chunks: Buffer[] = [];
      write(input, flushes.flush, chunks);
      return joined(chunks);
    },
    flushZeros(bytes) {
      const chunks: Buffer[] = [];
      for (let left = bytes; left > 0; left -= zeros.length) {
        write(zeros.subarray(0, Math.min(left, zeros.length)), flushes.goOn, chunks);
      }
      write(Buffer.alloc(0), flushes.flush, chunks);
      return joined(chunks);
    },
    close: () => stream.close(),
  };
}
