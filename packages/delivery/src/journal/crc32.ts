import * as zlib from 'node:zlib';

/** Node has it from 20.15 and 22.2 on; 22.0 and 22.1 are within our engines range. https://nodejs.org/api/zlib.html#zlibcrc32data-value */
const native = (zlib as { crc32?: (data: Uint8Array, value?: number) => number }).crc32;

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xed_b8_83_20 : value >>> 1;
  return value;
});

/** The same in plain JavaScript, some twenty times slower. */
function tableCrc32(data: Uint8Array, start: number): number {
  let value = ~start;
  for (const byte of data) value = (TABLE[(value ^ byte) & 0xff] as number) ^ (value >>> 8);
  return ~value >>> 0;
}

/** CRC-32 as in zlib, going on from `start`. */
export const crc32: (data: Uint8Array, start: number) => number = native ?? tableCrc32;
