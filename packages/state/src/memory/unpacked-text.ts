import { Code, HASH_LENGTH, LOW_DIGITS, Quote, Tag } from './packed-value.ts';

/** Where a packed text is read. */
export interface PackedCursor {
  readonly packed: string;
  at: number;
}

/** JSON text under construction, character by character: one string in the end, in place of one for each value. */
export interface TextScratch {
  /** Of eight bits as long as no character needs more. */
  characters: Uint8Array | Uint16Array;
  length: number;
}

/** Characters that a byte of a packed text becomes at most, with a comma: `false`. */
export const MOST_CHARACTERS_A_BYTE = 6;

const DASH = 0x2d;
const COLON = 0x3a;
const DOT = 0x2e;
const LETTER_T = 0x54;
const ZERO = 0x30;
const NOT_OURS = 'this text was not packed here, or was cut off';

const charactersOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

const HEX_DIGITS = charactersOf('0123456789abcdef');
const UTC = charactersOf('+00:00"');
const WORDS: Readonly<Record<number, Uint8Array>> = {
  [Tag.null]: charactersOf('null'),
  [Tag.false]: charactersOf('false'),
  [Tag.true]: charactersOf('true'),
  [Tag.zero]: charactersOf('0'),
  [Tag.emptyString]: charactersOf('""'),
};

/**
 * Reads one value and writes it as JSON text. False for one with a character that does not fit into the scratch.
 *
 * @throws {RangeError} this is no packed text
 */
export function unpackValue(cursor: PackedCursor, scratch: TextScratch): boolean {
  const tag = cursor.packed.charCodeAt(cursor.at);
  if (tag > Tag.end || tag === Tag.wide) {
    put(scratch, Quote);
    const fits = copyText(cursor, scratch);
    put(scratch, Quote);
    return fits;
  }
  cursor.at++;
  switch (tag) {
    case Tag.word:
      return copyText(cursor, scratch);
    case Tag.id:
      put(scratch, Quote);
      putNumber(scratch, readNumber(cursor, 5), 0);
      putNumber(scratch, readNumber(cursor, 4), LOW_DIGITS);
      put(scratch, Quote);
      return true;
    case Tag.time:
      unpackTime(cursor, scratch);
      return true;
    case Tag.hash:
    case Tag.animatedHash:
      unpackHash(cursor, scratch, tag === Tag.animatedHash);
      return true;
    case Tag.strings:
      return unpackStrings(cursor, scratch);
    default: {
      const word = WORDS[tag];
      if (word === undefined) throw new RangeError(NOT_OURS);
      putAll(scratch, word);
      return true;
    }
  }
}

/** Writes characters that are at hand. */
export function putAll(scratch: TextScratch, characters: Uint8Array | Uint16Array): void {
  const { characters: target } = scratch;
  let { length } = scratch;
  for (let i = 0; i < characters.length; i++) target[length++] = characters[i] as number;
  scratch.length = length;
}

function put(scratch: TextScratch, character: number): void {
  scratch.characters[scratch.length++] = character;
}

/** A text up to its end. */
function copyText(cursor: PackedCursor, scratch: TextScratch): boolean {
  const { packed } = cursor;
  const { characters } = scratch;
  let { length } = scratch;
  let i = cursor.at;
  for (; ; i++) {
    let code = packed.charCodeAt(i);
    if (code === Tag.end) break;
    if (code === Tag.wide) {
      if (characters.BYTES_PER_ELEMENT === 1) return false;
      code = packed.charCodeAt(i + 1) * 256 + packed.charCodeAt(i + 2);
      i += 2;
    }
    if (i >= packed.length) throw new RangeError(NOT_OURS);
    characters[length++] = code;
  }
  cursor.at = i + 1;
  scratch.length = length;
  return true;
}

function unpackStrings(cursor: PackedCursor, scratch: TextScratch): boolean {
  put(scratch, Code.openBracket);
  for (let isFirst = true; cursor.packed.charCodeAt(cursor.at) !== Tag.end; isFirst = false) {
    if (cursor.at >= cursor.packed.length) throw new RangeError(NOT_OURS);
    if (!isFirst) put(scratch, Code.comma);
    if (!unpackValue(cursor, scratch)) return false;
  }
  cursor.at++;
  put(scratch, Code.closeBracket);
  return true;
}

function unpackTime(cursor: PackedCursor, scratch: TextScratch): void {
  const minute = readNumber(cursor, 5);
  const rest = readNumber(cursor, 4);
  const day = Math.floor(minute / 1e4);
  put(scratch, Quote);
  putNumber(scratch, Math.floor(day / 1e4), 4);
  put(scratch, DASH);
  putNumber(scratch, Math.floor(day / 100) % 100, 2);
  put(scratch, DASH);
  putNumber(scratch, day % 100, 2);
  put(scratch, LETTER_T);
  putNumber(scratch, Math.floor(minute / 100) % 100, 2);
  put(scratch, COLON);
  putNumber(scratch, minute % 100, 2);
  put(scratch, COLON);
  putNumber(scratch, Math.floor(rest / 1e6), 2);
  put(scratch, DOT);
  putNumber(scratch, rest % 1e6, 6);
  putAll(scratch, UTC);
}

function unpackHash(cursor: PackedCursor, scratch: TextScratch, isAnimated: boolean): void {
  put(scratch, Quote);
  if (isAnimated) {
    put(scratch, 0x61);
    put(scratch, 0x5f);
  }
  const end = cursor.at + HASH_LENGTH / 2;
  for (; cursor.at < end; cursor.at++) {
    const byte = cursor.packed.charCodeAt(cursor.at);
    put(scratch, HEX_DIGITS[byte >>> 4] ?? 0);
    put(scratch, HEX_DIGITS[byte & 0xf] ?? 0);
  }
  put(scratch, Quote);
}

/** Digits of a whole number, with leading zeros up to a width. */
function putNumber(scratch: TextScratch, number: number, width: number): void {
  let count = 1;
  for (let rest = number; rest >= 10; rest = Math.floor(rest / 10)) count++;
  const end = scratch.length + Math.max(count, width);
  let left = number;
  for (let i = end - 1; i >= scratch.length; i--) {
    const tens = Math.floor(left / 10);
    scratch.characters[i] = ZERO + left - tens * 10;
    left = tens;
  }
  scratch.length = end;
}

function readNumber(cursor: PackedCursor, bytes: number): number {
  let number = 0;
  for (let i = bytes - 1; i >= 0; i--) number = number * 256 + cursor.packed.charCodeAt(cursor.at + i);
  cursor.at += bytes;
  return number;
}
