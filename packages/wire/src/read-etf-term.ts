import type { EtfCursor } from './etf-cursor.ts';
import { createEtfCursor, expectTerms, malformedEtf, take, takeI32, takeU16, takeU32, takeU8 } from './etf-cursor.ts';
import { bigAt, takeBig, takeFloat, takeOldFloat } from './etf-number.ts';
import { EtfTag, MAX_ETF_DEPTH } from './etf-tag.ts';
import { hashByte, internName } from './name-table.ts';

/** An object made of a map: the members are data, whatever their names. */
type Members = Record<string, unknown>;

/** Above this a text is not looked at byte by byte: native code finds out faster whether it is ASCII. */
const SHORT_TEXT = 48;

/**
 * The value of the one term between two bytes.
 *
 * Text that is not UTF-8 gives U+FFFD for what cannot be read, as one bad name in a server must not stop all its events.
 *
 * @throws {@link WireError} `malformedPayload`, `messageTooLarge`
 */
export function readEtfTerm(bytes: Buffer, start: number, end: number): unknown {
  const cursor = createEtfCursor(bytes, start, end);
  expectTerms(cursor, 1, 1);
  const value = readTerm(cursor, 0);
  if (cursor.at !== end) throw malformedEtf('goes on after its end', cursor.at);
  return value;
}

function readTerm(cursor: EtfCursor, depth: number): unknown {
  const tag = takeU8(cursor);
  switch (tag) {
    case EtfTag.binary: {
      const length = takeU32(cursor);
      const at = take(cursor, length);
      return textOf(cursor.bytes, at, at + length);
    }
    case EtfTag.smallBig:
      return readBig(cursor, takeU8(cursor));
    case EtfTag.largeBig:
      return readBig(cursor, takeU32(cursor));
    case EtfTag.smallInteger:
      return takeU8(cursor);
    case EtfTag.integer:
      return takeI32(cursor);
    case EtfTag.atom:
    case EtfTag.atomUtf8:
    case EtfTag.smallAtom:
    case EtfTag.smallAtomUtf8:
      return valueOfAtom(readAtom(cursor, tag));
    case EtfTag.map:
      return readMap(cursor, depth);
    case EtfTag.list:
      return readList(cursor, depth);
    case EtfTag.nil:
      return [];
    case EtfTag.string:
      return readByteList(cursor);
    case EtfTag.newFloat: {
      const at = takeFloat(cursor);
      return cursor.bytes.readDoubleBE(at);
    }
    case EtfTag.float:
      return takeOldFloat(cursor);
    case EtfTag.smallTuple:
      return readElements(cursor, takeU8(cursor), depth);
    case EtfTag.largeTuple:
      return readElements(cursor, takeU32(cursor), depth);
    default:
      throw malformedEtf(`has the tag ${tag}, which is not read,`, cursor.at - 1);
  }
}

function readMap(cursor: EtfCursor, depth: number): Members {
  const arity = takeU32(cursor);
  if (depth === MAX_ETF_DEPTH) throw malformedEtf(`nests deeper than ${MAX_ETF_DEPTH}`, cursor.at);
  // The shortest key is an empty atom of two bytes.
  expectTerms(cursor, arity, 3);
  const members: Members = {};
  for (let i = 0; i < arity; i++) {
    const name = readName(cursor);
    const value = readTerm(cursor, depth + 1);
    if (name === '__proto__') {
      // An assignment would replace the prototype.
      Object.defineProperty(members, name, { value, configurable: true, enumerable: true, writable: true });
    } else {
      members[name] = value;
    }
  }
  return members;
}

/** A key of a map: an atom, a binary, or an integer as an id may be. */
function readName(cursor: EtfCursor): string {
  const tag = takeU8(cursor);
  switch (tag) {
    case EtfTag.atom:
    case EtfTag.atomUtf8:
    case EtfTag.smallAtom:
    case EtfTag.smallAtomUtf8:
      return readAtom(cursor, tag);
    case EtfTag.binary: {
      const length = takeU32(cursor);
      const at = take(cursor, length);
      return nameOf(cursor.bytes, at, at + length, true);
    }
    case EtfTag.smallInteger:
      return String(takeU8(cursor));
    case EtfTag.integer:
      return String(takeI32(cursor));
    case EtfTag.smallBig:
      return String(readBig(cursor, takeU8(cursor)));
    default:
      throw malformedEtf(`has a key with the tag ${tag}`, cursor.at - 1);
  }
}

function readList(cursor: EtfCursor, depth: number): unknown[] {
  const elements = readElements(cursor, takeU32(cursor), depth);
  if (takeU8(cursor) !== EtfTag.nil) throw malformedEtf('has a list without a proper end', cursor.at - 1);
  return elements;
}

function readElements(cursor: EtfCursor, count: number, depth: number): unknown[] {
  if (depth === MAX_ETF_DEPTH) throw malformedEtf(`nests deeper than ${MAX_ETF_DEPTH}`, cursor.at);
  expectTerms(cursor, count, 1);
  const elements: unknown[] = [];
  for (let i = 0; i < count; i++) elements.push(readTerm(cursor, depth + 1));
  return elements;
}

/** Erlang writes a list of nothing but small integers as a string of bytes; `shard: [0, 1]` comes so. */
function readByteList(cursor: EtfCursor): number[] {
  const length = takeU16(cursor);
  expectTerms(cursor, length, 1);
  const at = take(cursor, length);
  return Array.from(cursor.bytes.subarray(at, at + length));
}

function readBig(cursor: EtfCursor, count: number): number | string {
  const at = takeBig(cursor, count);
  return bigAt(cursor.bytes, at, count);
}

function readAtom(cursor: EtfCursor, tag: number): string {
  const length = tag === EtfTag.atom || tag === EtfTag.atomUtf8 ? takeU16(cursor) : takeU8(cursor);
  const at = take(cursor, length);
  return nameOf(cursor.bytes, at, at + length, tag === EtfTag.atomUtf8 || tag === EtfTag.smallAtomUtf8);
}

function valueOfAtom(name: string): string | boolean | null {
  switch (name) {
    case 'nil':
    case 'null':
      return null;
    case 'true':
      return true;
    case 'false':
      return false;
    default:
      return name;
  }
}

/** A text that is likely to come again. */
function nameOf(bytes: Buffer, start: number, end: number, isUtf8: boolean): string {
  let hash = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte > 0x7f) return bytes.toString(isUtf8 ? 'utf8' : 'latin1', start, end);
    hash = hashByte(hash, byte);
  }
  return internName(bytes, start, end, hash);
}

function textOf(bytes: Buffer, start: number, end: number): string {
  if (end - start > SHORT_TEXT) return bytes.toString('utf8', start, end);
  for (let i = start; i < end; i++) {
    if ((bytes[i] ?? 0) > 0x7f) return bytes.toString('utf8', start, end);
  }
  return bytes.toString('latin1', start, end);
}
