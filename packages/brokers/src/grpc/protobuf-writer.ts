/**
 * Bytes of the few kinds of protobuf fields that are written by hand, where the generic encoder would cost more than everything else.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** Bytes of a whole number of 0 or more as a varint. */
function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/** Bytes of a number field with a tag below 16. */
export function numberSize(value: number): number {
  return 1 + varintSize(value);
}

/** Bytes of a field with a tag below 16 that holds so many bytes. */
export function bytesSize(length: number): number {
  return 1 + varintSize(length) + length;
}

/** Each of these writes at an offset and gives the offset behind what it wrote. */
function writeVarint(into: Buffer, at: number, value: number): number {
  let end = at;
  let rest = value;
  while (rest >= 0x80) {
    into[end++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  into[end++] = rest;
  return end;
}

export function writeNumber(into: Buffer, at: number, tag: number, value: number): number {
  into[at] = (tag << 3) | VARINT;
  return writeVarint(into, at + 1, value);
}

/** The beginning of a field whose bytes follow. */
export function writeHead(into: Buffer, at: number, tag: number, length: number): number {
  into[at] = (tag << 3) | LENGTH_DELIMITED;
  return writeVarint(into, at + 1, length);
}

export function writeBytes(into: Buffer, at: number, tag: number, bytes: Buffer): number {
  const start = writeHead(into, at, tag, bytes.length);
  return start + bytes.copy(into, start);
}

/** @param length of the text in UTF-8 */
export function writeText(into: Buffer, at: number, tag: number, text: string, length: number): number {
  const start = writeHead(into, at, tag, length);
  return start + into.write(text, start);
}
