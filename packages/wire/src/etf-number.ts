import type { EtfCursor } from './etf-cursor.ts';
import { malformedEtf, take } from './etf-cursor.ts';

/** Digits of the longest integer that is read, in bytes; making a decimal text of more takes too long. Discord's have 8. */
const MAX_BIG_BYTES = 1024;
/** An integer with more digits than this, in bytes, may be an id: it is given as a string, whatever its value. */
const MAX_NUMBER_BYTES = 4;

const OLD_FLOAT_BYTES = 31;
const OLD_FLOAT = /^ *[+-]?\d+\.\d+(?:e[+-]?\d+)?\0*$/;

/** Passes the digits of an integer and gives their place; the sign byte stands before them. */
export function takeBig(cursor: EtfCursor, count: number): number {
  if (count > MAX_BIG_BYTES) throw malformedEtf(`has an integer of ${count} bytes`, cursor.at);
  return take(cursor, count + 1) + 1;
}

/** The integer whose little-endian digits begin at `at`: up to 4 bytes a number, above a decimal string. */
export function bigAt(bytes: Buffer, at: number, count: number): number | string {
  const isNegative = bytes[at - 1] !== 0;
  if (count <= MAX_NUMBER_BYTES) {
    const value = count === 0 ? 0 : bytes.readUIntLE(at, count);
    // Adding 0 keeps -0 out.
    return (isNegative ? -value : value) + 0;
  }
  if (count === 8 && !isNegative) return decimalOf(u32At(bytes, at + 4), u32At(bytes, at));
  const digits = Buffer.from(bytes.subarray(at, at + count)).reverse();
  const value = BigInt(`0x${digits.toString('hex')}`);
  return String(isNegative ? -value : value);
}

/** `high * 2**32 + low` in decimal, in numbers that a double holds exactly: a long division by 1e9, 16 bits at a time. */
function decimalOf(high: number, low: number): string {
  const first = Math.floor(high / 1e9);
  const second = (high - first * 1e9) * 0x1_0000 + (low >>> 16);
  const secondQuotient = Math.floor(second / 1e9);
  const third = (second - secondQuotient * 1e9) * 0x1_0000 + (low & 0xffff);
  const thirdQuotient = Math.floor(third / 1e9);
  const upper = first * 0x1_0000_0000 + secondQuotient * 0x1_0000 + thirdQuotient;
  const lower = third - thirdQuotient * 1e9;
  return upper === 0 ? String(lower) : String(upper) + String(lower + 1e9).slice(1);
}

function u32At(bytes: Buffer, at: number): number {
  return (
    (((bytes[at + 3] ?? 0) << 24) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at] ?? 0)) >>> 0
  );
}

/** Passes the 8 bytes of a float and gives their place. Erlang has no infinity and no NaN, nor has JSON. */
export function takeFloat(cursor: EtfCursor): number {
  const at = take(cursor, 8);
  const { bytes } = cursor;
  if (((bytes[at] ?? 0) & 0x7f) === 0x7f && (bytes[at + 1] ?? 0) >= 0xf0) throw malformedEtf('has no finite float', at);
  return at;
}

/** Passes the text of a float as Erlang wrote it before 2009, and gives its value. */
export function takeOldFloat(cursor: EtfCursor): number {
  const at = take(cursor, OLD_FLOAT_BYTES);
  const text = cursor.bytes.toString('latin1', at, at + OLD_FLOAT_BYTES);
  const value = OLD_FLOAT.test(text) ? parseFloat(text) : NaN;
  if (!Number.isFinite(value)) throw malformedEtf('has no finite float', at);
  return value;
}
