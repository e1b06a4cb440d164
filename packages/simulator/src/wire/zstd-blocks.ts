import type { CompressStream } from './native-compress.ts';

/**
 * zstd that compresses nothing, for a Node without zstd: any decompressor takes it. Only repeated bytes become short.
 * https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1
 */

/** Magic number; no content size, no checksum; a window of 256 KiB, as Discord's frames have. */
const FRAME_HEADER: Buffer = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x40]);
const MAX_BLOCK_BYTES = 128 * 1024;

const RAW = 0;
const REPEAT = 1;

function blockHeader(type: typeof RAW | typeof REPEAT, size: number, isLast: boolean): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE((size << 3) | (type << 1) | Number(isLast), 0, 3);
  return header;
}

/** Blocks for `bytes` bytes; `block` makes one for those from `at` on. */
function blocks(bytes: number, block: (at: number, size: number, isLast: boolean) => Buffer[]): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes; at += MAX_BLOCK_BYTES) {
    const size = Math.min(MAX_BLOCK_BYTES, bytes - at);
    parts.push(...block(at, size, at + size === bytes));
  }
  return parts;
}

/** Opens a zstd stream of one frame that never ends, or of one frame for each message. */
export function createBlockStream(frames: 'continuous' | 'separate'): CompressStream {
  let header = FRAME_HEADER;

  function message(bytes: number, block: (at: number, size: number, isLast: boolean) => Buffer[]): Buffer {
    const parts = [header, ...blocks(bytes, (at, size, isLast) => block(at, size, isLast && frames === 'separate'))];
    if (frames === 'continuous') header = Buffer.alloc(0);
    return Buffer.concat(parts);
  }

  return {
    flush: (input) =>
      message(input.length, (at, size, isLast) => [blockHeader(RAW, size, isLast), input.subarray(at, at + size)]),
    flushZeros: (bytes) => message(bytes, (_at, size, isLast) => [blockHeader(REPEAT, size, isLast), Buffer.of(0)]),
    close() {},
  };
}
