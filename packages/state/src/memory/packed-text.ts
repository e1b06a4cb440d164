import { Code, endOfQuoted, Quote, writeArray, writeString, writeWord, type Scratch } from './packed-value.ts';
import { MOST_CHARACTERS_A_BYTE, putAll, unpackValue, type TextScratch } from './unpacked-text.ts';

/** Shapes one packer knows at most; texts of further ones are kept as they are. */
const MAX_SHAPES = 4_096;
/** In place of a shape's number: the text follows as it is. */
const PLAIN = '\xff\xff';
/** Stands for each value in a shape's name; no JSON text has it. */
const SLOT = '\0';
/** Bytes that one character takes at most, and the longest value that does not grow by the character. */
const WORST = 3;

/** Keeps JSON texts in a fraction of their size: see {@link createTextPacker}. */
export interface TextPacker {
  pack(text: string): string;
  /** What was given to `pack` of the same packer, to the character. */
  unpack(packed: string): string;
  /** Shapes known so far. */
  readonly shapes: number;
}

/**
 * Objects of one kind have the same member names in the same order: their text without its values, the shape, is kept once and named by a number. Of the values ids, hashes and times
 * are written in bytes. What is left is a string of one byte a character, a fifth of a member's text, and comes back unchanged.
 *
 * Any text may be given; one that is no JSON, or of a shape too many, is kept as it is.
 */
export function createTextPacker(): TextPacker {
  const numbers = new Map<string, number>();
  const shapes: Shape[] = [];
  const scratch: Scratch = { bytes: Buffer.alloc(4_096), length: 0 };
  const narrow = { characters: Buffer.alloc(8_192), length: 0 };
  const wide = { characters: new Uint16Array(8_192), length: 0 };

  function shapeNumber(name: string): number | undefined {
    const known = numbers.get(name);
    if (known !== undefined || shapes.length >= MAX_SHAPES) return known;
    numbers.set(name, shapes.length);
    return shapes.push(shapeOf(name)) - 1;
  }

  return {
    pack(text) {
      if (scratch.bytes.length < text.length * WORST + 16) scratch.bytes = Buffer.alloc(text.length * WORST * 2 + 16);
      // The first two bytes are the shape's number.
      scratch.length = 2;
      const name = writeValues(text, scratch);
      const number = name === undefined ? undefined : shapeNumber(name);
      if (number === undefined) return PLAIN + text;
      scratch.bytes.writeUInt16LE(number, 0);
      return scratch.bytes.toString('latin1', 0, scratch.length);
    },
    unpack(packed) {
      if (packed.startsWith(PLAIN)) return packed.slice(PLAIN.length);
      const shape = shapes[packed.charCodeAt(0) + packed.charCodeAt(1) * 256];
      if (shape === undefined) throw new RangeError('this text was packed by another packer');
      const room = shape.length + packed.length * MOST_CHARACTERS_A_BYTE;
      if (narrow.characters.length < room) narrow.characters = Buffer.alloc(room * 2);
      if (!shape.isWide && unpackInto(narrow, shape, packed))
        return narrow.characters.toString('latin1', 0, narrow.length);
      if (wide.characters.length < room) wide.characters = new Uint16Array(room * 2);
      unpackInto(wide, shape, packed);
      return Buffer.from(wide.characters.buffer).toString('utf16le', 0, wide.length * 2);
    },
    get shapes() {
      return shapes.length;
    },
  };
}

/** What texts of one shape have around their values. */
interface Shape {
  readonly parts: readonly Uint16Array[];
  /** Characters in all parts. */
  readonly length: number;
  /** Whether some need more than eight bits. */
  readonly isWide: boolean;
}

function shapeOf(name: string): Shape {
  const parts = name
    .split(SLOT)
    .map((part) => Uint16Array.from({ length: part.length }, (_, at) => part.charCodeAt(at)));
  return {
    parts,
    length: name.length,
    isWide: parts.some((part) => part.some((character) => character > 0xff)),
  };
}

/** False when a character does not fit. */
function unpackInto(scratch: TextScratch, { parts }: Shape, packed: string): boolean {
  const cursor = { packed, at: 2 };
  scratch.length = 0;
  for (let i = 0; i < parts.length; i++) {
    if (i > 0 && !unpackValue(cursor, scratch)) return false;
    putAll(scratch, parts[i] as Uint16Array);
  }
  return true;
}

/** Writes the values one after the other. Gives the text without them, or undefined for what cannot be JSON. */
function writeValues(text: string, scratch: Scratch): string | undefined {
  const end = text.length;
  let name = '';
  let from = 0;
  let at = 0;
  while (at < end) {
    const code = text.charCodeAt(at);
    let after = at;
    if (code === Quote) {
      after = endOfQuoted(text, at);
      if (after === -1) return undefined;
      if (text.charCodeAt(after) === Code.colon) {
        // A name is part of the shape.
        at = after + 1;
        continue;
      }
      writeString(text, at, after, scratch);
    } else if (code === Code.openBracket) {
      after = writeArray(text, at, scratch);
      if (after === -1) {
        at++;
        continue;
      }
    } else if (code < 0x20) {
      return undefined;
    } else if (startsWord(code)) {
      after = writeWord(text, at, scratch);
    } else {
      at++;
      continue;
    }
    name += text.slice(from, at) + SLOT;
    from = after;
    at = after;
  }
  return name + text.slice(from);
}

/** A number, true, false or null. */
function startsWord(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x74 || code === 0x66 || code === 0x6e;
}
