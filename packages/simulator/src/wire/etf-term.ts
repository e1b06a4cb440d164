import { Tag } from './etf-tag.ts';

/** Terms written the way Discord's Erlang writes them. */

/** A growing buffer. */
interface Output {
  bytes: Buffer;
  size: number;
}

/** Atoms have at most 255 characters; a key that is an id is a string. https://github.com/discord/discord-api-docs/issues/3657 */
const ATOM = /^(?!\d+$)[\x20-\x7e]{1,255}$/;

/** Keys whose strings, alone or in a list, are ids, and those that only sound so. */
const ID_KEY = /^(?!custom_id$|session_id$)(?:.*_)?ids?$|^roles$|^mention_roles$|^not_found$|^applied_tags$/;
const ID = /^[1-9]\d{16,19}$/;
const MAX_ID = 2n ** 64n - 1n;

/** A list of nothing but bytes is a STRING up to this length. */
const MAX_BYTE_LIST = 0xffff;

function reserve(output: Output, count: number): number {
  const at = output.size;
  output.size += count;
  if (output.size > output.bytes.length) {
    const larger = Buffer.allocUnsafe(Math.max(output.size, 2 * output.bytes.length));
    output.bytes.copy(larger, 0, 0, at);
    output.bytes = larger;
  }
  return at;
}

function writeByte(output: Output, byte: number): void {
  // The place first, as reserving it may replace the buffer.
  const at = reserve(output, 1);
  output.bytes[at] = byte;
}

/** Writes a tag and the 32-bit number after it. */
function writeHeader(output: Output, tag: number, number: number): void {
  const at = reserve(output, 5);
  output.bytes[at] = tag;
  output.bytes.writeInt32BE(number | 0, at + 1);
}

function writeAtom(output: Output, name: string): void {
  const at = reserve(output, 3 + name.length);
  output.bytes[at] = Tag.atom;
  output.bytes.writeUInt16BE(name.length, at + 1);
  output.bytes.write(name, at + 3, 'latin1');
}

function writeBinary(output: Output, text: string): void {
  const length = Buffer.byteLength(text);
  writeHeader(output, Tag.binary, length);
  const at = reserve(output, length);
  output.bytes.write(text, at, 'utf8');
}

/** A key, or the name of a dispatch. */
function writeName(output: Output, name: string): void {
  if (ATOM.test(name)) writeAtom(output, name);
  else writeBinary(output, name);
}

/** Integers beyond 32 bits: as few digits as there are, lowest first. At most 64 bits come here. */
function writeBig(output: Output, magnitude: bigint, isNegative: boolean): void {
  const at = reserve(output, 11);
  output.bytes.writeBigUInt64LE(magnitude, at + 3);
  let digits = 8;
  while (output.bytes[at + 2 + digits] === 0) digits -= 1;
  output.bytes[at] = Tag.smallBig;
  output.bytes[at + 1] = digits;
  output.bytes[at + 2] = Number(isNegative);
  output.size = at + 3 + digits;
}

function writeNumber(output: Output, value: number): void {
  if (!Number.isSafeInteger(value)) {
    const at = reserve(output, 9);
    output.bytes[at] = Tag.newFloat;
    output.bytes.writeDoubleBE(value, at + 1);
  } else if (value >= 0 && value <= 0xff) {
    const at = reserve(output, 2);
    output.bytes[at] = Tag.smallInteger;
    output.bytes[at + 1] = value;
  } else if (value === (value | 0)) writeHeader(output, Tag.integer, value);
  else writeBig(output, BigInt(Math.abs(value)), value < 0);
}

function isByte(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xff;
}

function writeList(output: Output, list: readonly unknown[], areIds: boolean): void {
  if (list.length === 0) {
    writeByte(output, Tag.nil);
  } else if (list.length <= MAX_BYTE_LIST && list.every(isByte)) {
    const at = reserve(output, 3 + list.length);
    output.bytes[at] = Tag.string;
    output.bytes.writeUInt16BE(list.length, at + 1);
    output.bytes.set(list as readonly number[], at + 3);
  } else {
    writeHeader(output, Tag.list, list.length);
    for (const element of list) writeValue(output, element, areIds);
    writeByte(output, Tag.nil);
  }
}

/** Erlang sorts the keys of its small maps; of larger ones it promises no order. */
function writeMap(output: Output, map: Readonly<Record<string, unknown>>): void {
  const keys = Object.keys(map).sort();
  writeHeader(output, Tag.map, keys.length);
  for (const key of keys) {
    writeName(output, key);
    writeValue(output, map[key], ID_KEY.test(key));
  }
}

function writeText(output: Output, text: string, isId: boolean): void {
  const id = isId && ID.test(text) ? BigInt(text) : undefined;
  if (id === undefined || id > MAX_ID) writeBinary(output, text);
  else writeBig(output, id, false);
}

/** `isId`: a string here is an id where it looks like one. */
function writeValue(output: Output, value: unknown, isId: boolean): void {
  if (typeof value === 'string') writeText(output, value, isId);
  else if (typeof value === 'number') writeNumber(output, value);
  else if (Array.isArray(value)) writeList(output, value, isId);
  else if (typeof value === 'object' && value !== null) writeMap(output, value as Readonly<Record<string, unknown>>);
  else writeAtom(output, typeof value === 'boolean' ? String(value) : 'nil');
}

function written(write: (output: Output) => void, expectedBytes: number): Buffer {
  const output: Output = { bytes: Buffer.allocUnsafe(expectedBytes), size: 0 };
  write(output);
  return output.bytes.subarray(0, output.size);
}

/** The term of a value that JSON.parse made: ids as integers, other strings as binaries, keys as atoms. No version byte. */
export function etfTerm(value: unknown, expectedBytes: number = 32): Buffer {
  return written((output) => writeValue(output, value, false), expectedBytes);
}

/** The term of a key or the name of a dispatch. */
export function etfName(name: string): Buffer {
  return written((output) => writeName(output, name), 3 + name.length);
}
