import { WireError } from './wire-error.ts';

/**
 * The last bytes of every message: what zlib writes for Z_SYNC_FLUSH, as a big-endian number.
 *
 * @see https://docs.discord.com/developers/events/gateway#zlib-stream
 */
const FLUSH_MARK = 0x0000ffff;
const FLUSH_MARK_BYTES = 4;

const FIRST_CAPACITY = 4096;

/** Collects the frames of one message of a zlib stream. */
export class PartialMessage {
  readonly #maxPartialBytes: number;
  // One growing buffer, as a list of many tiny frames would take far more memory than their bytes.
  #kept: Buffer | undefined;
  #size = 0;

  constructor({ maxPartialBytes }: { readonly maxPartialBytes: number }) {
    this.#maxPartialBytes = maxPartialBytes;
  }

  /** Compressed bytes waiting for the rest of their message. */
  get bytes(): number {
    return this.#size;
  }

  /**
   * The message that this frame completes, or undefined when it has not ended yet.
   *
   * @throws {@link WireError} `messageTooLarge` when it comes in several frames and passes the limit.
   */
  add(frame: Buffer): Buffer | undefined {
    if (this.#size === 0 && endsWithFlushMark(frame)) return frame;
    if (frame.length === 0) return undefined;
    const grown = this.#size + frame.length;
    if (grown > this.#maxPartialBytes) {
      throw new WireError(
        'messageTooLarge',
        `a message that comes in several frames passed maxPartialBytes (${this.#maxPartialBytes}) without an end`,
      );
    }
    this.#kept = withRoom(this.#kept, this.#size, grown, this.#maxPartialBytes);
    frame.copy(this.#kept, this.#size);
    this.#size = grown;
    const message = this.#kept.subarray(0, this.#size);
    if (!endsWithFlushMark(message)) return undefined;
    this.clear();
    return message;
  }

  clear(): void {
    this.#kept = undefined;
    this.#size = 0;
  }
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
