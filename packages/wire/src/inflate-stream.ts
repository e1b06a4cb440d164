import type { Inflate } from 'node:zlib';
import { constants, createInflate } from 'node:zlib';
import { WireError } from './wire-error.ts';

/** One decompression context, fed whole messages. */
export interface InflateStream {
  /**
   * The text of the next message, in a Buffer of its own.
   *
   * @throws {@link WireError} `corruptStream`, `messageTooLarge`; either leaves the context in the middle of a message, fit only to be closed.
   */
  inflate(message: Buffer): Buffer;
  /** Frees the native memory at once. May be called again. */
  close(): void;
}

/** The native half of an Inflate, as far as it is used here. */
interface NativeInflate {
  writeSync(
    flush: number,
    input: Buffer,
    inputOffset: number,
    inputLength: number,
    output: Buffer,
    outputOffset: number,
    outputLength: number,
  ): void;
  onerror: (message: string, errno: number, code: string) => void;
}

interface Internals {
  readonly native: NativeInflate;
  /** After each write: output room left, input left. */
  readonly room: Uint32Array;
}

/** Nearly every message fits, so that nearly every message is inflated by one call and copied once. */
const SCRATCH_BYTES = 64 * 1024;

/** Shared by all contexts: inflating is synchronous, and what a call wrote here is copied out before it returns. */
const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

/**
 * Inflates synchronously on the handle inside node:zlib's Inflate. The public ways are too slow or too early:
 * the stream takes a trip through the thread pool for each message, and inflateSync makes a context for each.
 *
 * @throws {@link WireError} `unsupported` where this Node.js has no such handle.
 */
export function createInflateStream(options: { readonly maxMessageBytes: number }): InflateStream {
  const { maxMessageBytes } = options;
  // The stream's own output buffer is never used: take the smallest.
  const stream = createInflate({ chunkSize: constants.Z_MIN_CHUNK });
  const { native, room } = internalsOf(stream);
  let failure: string | undefined;
  let closed = false;
  native.onerror = (message, _errno, code) => {
    failure = `${code}: ${message}`;
  };

  function inflate(message: Buffer): Buffer {
    // Node aborts the process when a closed handle is written to.
    if (closed) throw new WireError('closed', 'this zlib stream is closed');
    let filled: Buffer[] | undefined;
    let size = 0;
    let left = message.length;
    let written: number;
    for (;;) {
      native.writeSync(constants.Z_SYNC_FLUSH, message, message.length - left, left, scratch, 0, SCRATCH_BYTES);
      if (failure !== undefined) throw new WireError('corruptStream', `the zlib stream is damaged (${failure})`);
      written = SCRATCH_BYTES - (room[0] ?? 0);
      left = room[1] ?? 0;
      size += written;
      if (size > maxMessageBytes) {
        throw new WireError(
          'messageTooLarge',
          `a message of ${message.length} bytes inflates to more than maxMessageBytes (${maxMessageBytes})`,
        );
      }
      if (written < SCRATCH_BYTES) break;
      filled ??= [];
      filled.push(copyOfScratch(SCRATCH_BYTES));
    }
    if (left > 0) throw new WireError('corruptStream', `the zlib stream ended ${left} bytes before its message did`);
    if (filled === undefined) return copyOfScratch(size);
    filled.push(scratch.subarray(0, written));
    return Buffer.concat(filled, size);
  }

  function close(): void {
    if (closed) return;
    closed = true;
    stream.close();
  }

  return { inflate, close };
}

function copyOfScratch(size: number): Buffer {
  const copy = Buffer.allocUnsafe(size);
  scratch.copy(copy, 0, 0, size);
  return copy;
}

function internalsOf(stream: Inflate): Internals {
  const native = '_handle' in stream ? stream._handle : undefined;
  const room = '_writeState' in stream ? stream._writeState : undefined;
  if (!isNativeInflate(native) || !(room instanceof Uint32Array)) {
    throw new WireError(
      'unsupported',
      `Node.js ${process.version} has no synchronous zlib handle; use compression 'payload' or 'none'`,
    );
  }
  return { native, room };
}

function isNativeInflate(value: unknown): value is NativeInflate {
  return (
    typeof value === 'object' &&
    value !== null &&
    'writeSync' in value &&
    typeof value.writeSync === 'function' &&
    'onerror' in value
  );
}
