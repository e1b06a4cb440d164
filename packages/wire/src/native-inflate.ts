// The global of the same name is an accessor, which V8 calls each time.
import { Buffer } from 'node:buffer';
import type { InflateStream } from './inflate-stream.ts';
import { WireError } from './wire-error.ts';

/** The native half of a stream of node:zlib, as far as it is used here. */
interface NativeHandle {
  writeSync(
    flush: number,
    input: Buffer,
    inputOffset: number,
    inputLength: number,
    output: Buffer,
    outputOffset: number,
    outputLength: number,
  ): void;
  reset(): void;
  onerror: (message: string, errno: number, code: string) => void;
}

interface Internals {
  readonly native: NativeHandle;
  /** After each write: output room left, input left. */
  readonly room: Uint32Array;
}

interface NativeInflateOptions {
  /** What the stream is called in errors. */
  readonly name: string;
  /** Passed with each write. */
  readonly flush: number;
  readonly maxMessageBytes: number;
  /** Each message is a stream of its own, so that none suffers from the faults of another. */
  readonly separate?: boolean;
}

/** Nearly every message fits, so that nearly every message is inflated by one call and copied once. */
const SCRATCH_BYTES = 64 * 1024;

/** Shared by all contexts: inflating is synchronous, and what a call wrote here is copied out before it returns. */
const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

/**
 * Inflates synchronously on the handle inside a decompressing stream of node:zlib. The public ways are too slow or too
 * early: the stream takes a trip through the thread pool for each message, and inflateSync makes a context for each.
 *
 * @throws {@link WireError} `unsupported` where this Node.js has no such handle.
 */
export function createNativeInflate(stream: { close(): void }, options: NativeInflateOptions): InflateStream {
  const { name, flush, maxMessageBytes, separate = false } = options;
  const { native, room } = internalsOf(stream, name);
  let failure: string | undefined;
  let closed = false;
  native.onerror = (message, _errno, code) => {
    failure = `${code}: ${message}`;
  };

  function inflate(message: Buffer): Buffer {
    // Node aborts the process when a closed handle is written to.
    if (closed) throw new WireError('closed', `this ${name} stream is closed`);
    if (separate) {
      failure = undefined;
      native.reset();
    }
    let filled: Buffer[] | undefined;
    let used = 0;
    let size = 0;
    let left = message.length;
    for (;;) {
      native.writeSync(flush, message, message.length - left, left, scratch, used, SCRATCH_BYTES - used);
      if (failure !== undefined) throw new WireError('corruptStream', `the ${name} stream is damaged (${failure})`);
      const written = SCRATCH_BYTES - used - (room[0] ?? 0);
      const isIdle = written === 0 && room[1] === left;
      left = room[1] ?? 0;
      used += written;
      size += written;
      if (size > maxMessageBytes) {
        throw new WireError(
          'messageTooLarge',
          `a message of ${message.length} bytes inflates to more than maxMessageBytes (${maxMessageBytes})`,
        );
      }
      if (used === SCRATCH_BYTES) {
        filled ??= [];
        filled.push(copyOfScratch(used));
        used = 0;
      } else if (left === 0 || isIdle) {
        // The end of a zstd frame stops one write before the end of its input, the end of a zlib stream every further one.
        break;
      }
    }
    if (left > 0) throw new WireError('corruptStream', `the ${name} stream ended ${left} bytes before its message did`);
    if (filled === undefined) return copyOfScratch(size);
    filled.push(scratch.subarray(0, used));
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

function internalsOf(stream: object, name: string): Internals {
  const native = '_handle' in stream ? stream._handle : undefined;
  const room = '_writeState' in stream ? stream._writeState : undefined;
  if (!isNativeHandle(native) || !(room instanceof Uint32Array)) {
    throw new WireError(
      'unsupported',
      `Node.js ${process.version} has no synchronous ${name} handle; use compression 'payload' or 'none'`,
    );
  }
  return { native, room };
}

function isNativeHandle(value: unknown): value is NativeHandle {
  return (
    typeof value === 'object' &&
    value !== null &&
    'writeSync' in value &&
    typeof value.writeSync === 'function' &&
    'reset' in value &&
    typeof value.reset === 'function' &&
    'onerror' in value
  );
}
