import { WireError } from './wire-error.ts';

/**
 * Largest window a frame may ask for; a decompressor takes that memory before it gives a byte. RFC 8878 wants at least this
 * from everyone; Discord's frames ask for 256 KiB.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1.2
 */
const MAX_WINDOW_BYTES = 8 * 1024 * 1024;

/** @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.2.4 */
const MAX_BLOCK_BYTES = 128 * 1024;

const FRAME_MAGIC = 0xfd2fb528;
/** The last four bits of a skippable frame's magic are free. */
const SKIPPABLE_MAGIC = 0x184d2a5;
const CHECKSUM_BYTES = 4;
const BLOCK_HEADER_BYTES = 3;
const BLOCK_RLE = 1;
const BLOCK_RESERVED = 3;

/** Follows the frames and blocks of a zstd stream, without decompressing anything. */
export interface ZstdFrames {
  /**
   * Walks the next message, which must consist of whole blocks, and gives their number. One frame may go through all
   * messages, or each message have its own.
   *
   * @throws {@link WireError} `corruptStream`; `messageTooLarge` for a frame that says it holds more than allowed.
   */
  walk(message: Buffer): number;
}

interface FrameHeader {
  /** The byte after it. */
  readonly end: number;
  readonly blockLimit: number;
  readonly hasChecksum: boolean;
}

export function createZstdFrames({ maxMessageBytes }: { readonly maxMessageBytes: number }): ZstdFrames {
  let frame: FrameHeader | undefined;

  return {
    walk(message) {
      let at = 0;
      let blocks = 0;
      while (at < message.length) {
        if (frame === undefined) {
          const skipped = skippableEnd(message, at);
          if (skipped !== undefined) {
            at = skipped;
            continue;
          }
          frame = readFrameHeader(message, at, maxMessageBytes);
          at = frame.end;
          // A frame's header may come with its first block only, as it would wait for more.
          if (at === message.length) throw damaged('a frame without a block');
        }
        const header = littleEndian(message, at, BLOCK_HEADER_BYTES);
        const type = (header >>> 1) & 3;
        const size = header >>> 3;
        if (type === BLOCK_RESERVED || size > frame.blockLimit) throw damaged('a block that cannot be');
        at += BLOCK_HEADER_BYTES + (type === BLOCK_RLE ? 1 : size);
        blocks++;
        if ((header & 1) === 1) {
          if (frame.hasChecksum) at += CHECKSUM_BYTES;
          frame = undefined;
        }
        if (at > message.length) throw damaged('a message that ends inside a block');
      }
      return blocks;
    },
  };
}

function readFrameHeader(message: Buffer, start: number, maxMessageBytes: number): FrameHeader {
  if (littleEndian(message, start, 4) !== FRAME_MAGIC) throw damaged('no frame where one must begin');
  const descriptor = littleEndian(message, start + 4, 1);
  if ((descriptor & 0b1000) !== 0) throw damaged('a frame of a later version');
  if ((descriptor & 0b11) !== 0) throw damaged('a frame that needs a dictionary');
  const isSingleSegment = (descriptor & 0b10_0000) !== 0;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 ? Number(isSingleSegment) : 2 ** sizeFlag;
  const sizeAt = start + (isSingleSegment ? 5 : 6);
  // A single segment is its own window.
  const contentBytes = littleEndian(message, sizeAt, sizeBytes) + (sizeFlag === 1 ? 256 : 0);
  if (isSingleSegment && contentBytes > maxMessageBytes) {
    throw new WireError(
      'messageTooLarge',
      `a zstd frame of ${contentBytes} bytes is over maxMessageBytes (${maxMessageBytes})`,
    );
  }
  const windowBytes = isSingleSegment ? contentBytes : windowOf(littleEndian(message, sizeAt - 1, 1));
  if (!isSingleSegment && windowBytes > MAX_WINDOW_BYTES)
    throw damaged(`a frame with a window of ${windowBytes} bytes, over ${MAX_WINDOW_BYTES}`);
  return {
    end: sizeAt + sizeBytes,
    blockLimit: Math.min(windowBytes, MAX_BLOCK_BYTES),
    hasChecksum: (descriptor & 0b100) !== 0,
  };
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** The byte after the skippable frame that begins at `at`, or undefined when another begins there. */
function skippableEnd(message: Buffer, at: number): number | undefined {
  if (littleEndian(message, at, 4) >>> 4 !== SKIPPABLE_MAGIC) return undefined;
  const end = at + 8 + littleEndian(message, at + 4, 4);
  if (end > message.length) throw damaged('a message that ends inside a frame');
  return end;
}

function littleEndian(bytes: Buffer, at: number, count: number): number {
  if (at + count > bytes.length) throw damaged('a message that ends inside a header');
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

function damaged(what: string): WireError {
  return new WireError('corruptStream', `the zstd stream has ${what}`);
}
