import { WireError } from './wire-error.ts';

/** Collects the frames of one message of a zlib stream. */
export interface PartialMessage {
  /** Compressed bytes waiting for the rest of their message. */
  readonly bytes: number;
  /**
   * The message that this frame completes, or undefined when it has not ended yet.
   *
   * @throws {@link WireError} `messageTooLarge` when it comes in several frames and passes the limit.
   */
  add(frame: Buffer): Buffer | undefined;
  clear(): void;
}

/**
 * The last bytes of every message: what zlib writes for Z_SYNC_FLUSH, as a big-endian number.
 *
 * @see https://docs.discord.com/developers/events/gateway#zlib-stream
 */
const FLUSH_MARK = 0x0000ffff;
const FLUSH_MARK_BYTES = 4;

const FIRST_CAPACITY = 4096;

export function createPartialMessage(options: { readonly maxPartialBytes: number }): PartialMessage {
  const { maxPartialBytes } = options;
  // One growing buffer, as a list of many tiny frames would take far more memory than their bytes.
  let kept: Buffer | undefined;
  let size = 0;

  function add(frame: Buffer): Buffer | undefined {
    if (size === 0 && endsWithFlushMark(frame)) return frame;
    if (frame.length === 0) return undefined;
    const grown = size + frame.length;
    if (grown > maxPartialBytes) {
      throw new WireError(
        'messageTooLarge',
        `a message that comes in several frames passed maxPartialBytes (${maxPartialBytes}) without an end`,
      );
    }
    kept = withRoom(kept, size, grown, maxPartialBytes);
    frame.copy(kept, size);
    size = grown;
    const message = kept.subarray(0, size);
    if (!endsWithFlushMark(message)) return undefined;
    clear();
    return message;
  }

  function clear(): void {
    kept = undefined;
    size = 0;
  }

  return {
    get bytes() {
      return size;
    },
    add,
    clear,
  };
}

function endsWithFlushMark(bytes: Buffer): boolean {
  return bytes.length >= FLUSH_MARK_BYTES && bytes.readUInt32BE(bytes.length - FLUSH_MARK_BYTES) === FLUSH_MARK;
}

/** The buffer itself, or one of at least twice its capacity with the same content. */
function withRoom(buffer: Buffer | undefined, used: number, needed: number, most: number): Buffer {
  if (buffer !== undefined && needed <= buffer.length) return buffer;
  const larger = Buffer.allocUnsafeSlow(Math.min(most, Math.max(needed, 2 * used, FIRST_CAPACITY)));
  buffer?.copy(larger, 0, 0, used);
  return larger;
}
