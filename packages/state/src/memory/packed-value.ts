/** Bytes under construction. */
export interface Scratch {
  bytes: Buffer;
  length: number;
}

export const Quote = 0x22;

export const Code = { comma: 0x2c, colon: 0x3a, openBracket: 0x5b, backslash: 0x5c, closeBracket: 0x5d } as const;

/** Written by this file, read by `unpacked-text.ts`. First byte of a value: none of them can begin a string's content, so a string needs no byte of its own. */
export const Tag = {
  null: 0x00,
  false: 0x01,
  true: 0x02,
  zero: 0x03,
  emptyString: 0x04,
  /** Text up to `end` that stands without quotes. */
  word: 0x05,
  /** Nine bytes: a string of 11 to 19 digits, which an id is. */
  id: 0x06,
  /** Sixteen bytes: 32 hexadecimal digits, which the name of an image is. */
  hash: 0x07,
  /** The same after `a_`. */
  animatedHash: 0x08,
  /** Nine bytes: `2026-01-01T00:00:00.000000+00:00`. */
  time: 0x09,
  /** Strings up to `end`. */
  strings: 0x0a,
  /** Two bytes: a character beyond one byte. */
  wide: 0x0b,
  end: 0x0c,
} as const;

const WORDS: ReadonlyMap<string, number> = new Map([
  ['null', Tag.null],
  ['false', Tag.false],
  ['true', Tag.true],
  ['0', Tag.zero],
]);
/** Digits in the lower of an id's two numbers: 9 fit into four bytes, the other 10 into five. */
export const LOW_DIGITS = 9;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/;
const TIME_LENGTH = 32;
export const HASH_LENGTH = 32;

/** Writes a string that stands from one quote to after the other. */
export function writeString(text: string, start: number, after: number, scratch: Scratch): void {
  const from = start + 1;
  const to = after - 1;
  const length = to - from;
  if (length === 0) {
    writeByte(scratch, Tag.emptyString);
  } else if (length > LOW_DIGITS + 1 && length < 20 && isId(text, from, to)) {
    writeByte(scratch, Tag.id);
    writeNumber(scratch, digits(text, from, to - LOW_DIGITS), 5);
    writeNumber(scratch, digits(text, to - LOW_DIGITS, to), 4);
  } else if (length === TIME_LENGTH && text.charCodeAt(from + 10) === 0x54 && TIME.test(text.slice(from, to))) {
    writeTime(text.slice(from, to), scratch);
  } else if (length === HASH_LENGTH && isHash(text, from, to)) {
    writeByte(scratch, Tag.hash);
    writeHash(text, from, scratch);
  } else if (length === HASH_LENGTH + 2 && text.startsWith('a_', from) && isHash(text, from + 2, to)) {
    writeByte(scratch, Tag.animatedHash);
    writeHash(text, from + 2, scratch);
  } else {
    writeText(text, from, to, scratch);
  }
}

/** Writes a number, true, false or null, and says where it ends. */
export function writeWord(text: string, at: number, scratch: Scratch): number {
  let after = at + 1;
  while (after < text.length && !endsWord(text.charCodeAt(after))) after++;
  const word = text.slice(at, after);
  const tag = WORDS.get(word);
  writeByte(scratch, tag ?? Tag.word);
  if (tag === undefined) writeText(text, at, after, scratch);
  return after;
}

/** Writes an array of strings and says where it ends; -1 for any other array, of which nothing is written. */
export function writeArray(text: string, at: number, scratch: Scratch): number {
  const { length } = scratch;
  writeByte(scratch, Tag.strings);
  let i = at + 1;
  if (text.charCodeAt(i) !== Code.closeBracket) {
    for (;;) {
      const after = text.charCodeAt(i) === Quote ? endOfQuoted(text, i) : -1;
      const next = after === -1 ? -1 : text.charCodeAt(after);
      if (next !== Code.comma && next !== Code.closeBracket) {
        scratch.length = length;
        return -1;
      }
      writeString(text, i, after, scratch);
      i = after;
      if (next === Code.closeBracket) break;
      i++;
    }
  }
  writeByte(scratch, Tag.end);
  return i + 1;
}

function writeText(text: string, from: number, to: number, scratch: Scratch): void {
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) {
      writeByte(scratch, Tag.wide);
      writeByte(scratch, code >>> 8);
    }
    writeByte(scratch, code & 0xff);
  }
  writeByte(scratch, Tag.end);
}

function writeTime(time: string, scratch: Scratch): void {
  const plain = time.replace(/\D/g, '');
  writeByte(scratch, Tag.time);
  writeNumber(scratch, Number(plain.slice(0, 12)), 5);
  writeNumber(scratch, Number(plain.slice(12, 20)), 4);
}

function writeHash(text: string, from: number, scratch: Scratch): void {
  for (let i = from; i < from + HASH_LENGTH; i += 2)
    writeByte(scratch, hexDigit(text.charCodeAt(i)) * 16 + hexDigit(text.charCodeAt(i + 1)));
}

/** Digits only, and none of them a leading zero: the number alone must bring the text back. */
function isId(text: string, from: number, to: number): boolean {
  if (text.charCodeAt(from) === 0x30) return false;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

function isHash(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (hexDigit(text.charCodeAt(i)) === -1) return false;
  return true;
}

/** Of the small letters only, for the same reason. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}

function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) number = number * 10 + text.charCodeAt(i) - 0x30;
  return number;
}

function writeByte(scratch: Scratch, byte: number): void {
  scratch.bytes[scratch.length++] = byte;
}

function writeNumber(scratch: Scratch, number: number, bytes: number): void {
  scratch.bytes.writeUIntLE(number, scratch.length, bytes);
  scratch.length += bytes;
}

function endsWord(code: number): boolean {
  // Control characters are no part of JSON's words, and two of them have a meaning here.
  return code === Code.comma || code === Code.closeBracket || code === 0x7d || code <= 0x20;
}

/** After the closing quote; -1 without one, and for characters that must not stand in a string. */
export function endOfQuoted(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code === Quote) return i + 1;
    // What is behind it may be a quote, but no more than elsewhere what must not stand here.
    if (code === Code.backslash) code = text.charCodeAt(++i);
    if (code < 0x20) return -1;
  }
  return -1;
}
