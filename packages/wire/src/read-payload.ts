import { constants, isUtf8 } from 'node:buffer';
import { hashByte, internName, MAX_INTERNED_BYTES } from './name-table.ts';
import { JSON_FORMAT } from './json-format.ts';
import { Byte, holds } from './json-walk.ts';
import { readStructure } from './message-structure.ts';
import { Payload } from './payload.ts';
import { WireError } from './wire-error.ts';

/** A sequence of up to 15 digits is exact in a double. */
const MAX_SEQUENCE_DIGITS = 15;

const BEFORE_NAME = Buffer.from('{"t":"');
const BEFORE_SEQUENCE = Buffer.from('"s":');
const BEFORE_DATA = Buffer.from(',"op":0,"d":{');

/**
 * Reads the header of one message; its data stays unread.
 *
 * A dispatch as Discord writes it, `{"t":"…","s":1,"op":0,"d":{…}}`, is recognised by its first bytes and its last two,
 * and what lies between is neither walked nor checked: damage there shows when `d` is read. Every other text is walked
 * to its end, accepted exactly when JSON.parse accepts it, and read as JSON.parse would read it.
 *
 * The bytes are kept, not copied: do not write to them afterwards.
 *
 * @throws {@link WireError} `invalidUtf8`, `malformedPayload`, `messageTooLarge` for a text that no string can hold
 */
export function readPayload(bytes: Buffer): Payload {
  assertText(bytes);
  return readDispatch(bytes) ?? readAnyLayout(bytes);
}

/**
 * Reads the header as `readPayload` does, but walks every text to its end. For bytes that may have lost some on their way.
 *
 * @throws {@link WireError} as `readPayload`
 */
export function readDoubtfulPayload(bytes: Buffer): Payload {
  assertText(bytes);
  return readAnyLayout(bytes);
}

function assertText(bytes: Buffer): void {
  if (bytes.length > constants.MAX_STRING_LENGTH) {
    throw new WireError('messageTooLarge', `a gateway message of ${bytes.length} bytes is longer than a string can be`);
  }
  // ws checks text frames, nobody checks inflated ones. What we forward untouched must be text everywhere.
  if (!isUtf8(bytes)) throw new WireError('invalidUtf8', `a gateway message of ${bytes.length} bytes is not UTF-8`);
}

function readAnyLayout(bytes: Buffer): Payload {
  const { op, s, t, dStart, dEnd } = readStructure(bytes);
  return new Payload(op, s, t, bytes, dStart, dEnd, JSON_FORMAT);
}

/**
 * Undefined unless the text has the layout of Discord's dispatches to the byte.
 *
 * That `d` is an object and the text ends in `}}` all but proves that `d` is the last member. The exception is a text
 * whose further members end with an object of their own; Payload finds out when `d` is read.
 */
function readDispatch(bytes: Buffer): Payload | undefined {
  const length = bytes.length;
  if (bytes[length - 1] !== Byte.closeBrace || bytes[length - 2] !== Byte.closeBrace) return undefined;
  if (!holds(bytes, 0, BEFORE_NAME)) return undefined;
  const nameStart = BEFORE_NAME.length;
  const nameLimit = Math.min(length, nameStart + MAX_INTERNED_BYTES);
  let i = nameStart;
  let hash = 0;
  for (;;) {
    const byte = bytes[i];
    if (byte === undefined || i > nameLimit || byte < 0x20 || byte > 0x7e || byte === Byte.backslash) return undefined;
    if (byte === Byte.quote) break;
    hash = hashByte(hash, byte);
    i++;
  }
  const nameEnd = i;
  i++;
  if (bytes[i] !== Byte.comma || !holds(bytes, i + 1, BEFORE_SEQUENCE)) return undefined;
  i += 1 + BEFORE_SEQUENCE.length;
  const digits = i;
  let s = 0;
  for (;;) {
    const byte = bytes[i];
    if (byte === undefined || byte < Byte.zero || byte > Byte.nine) break;
    s = s * 10 + byte - Byte.zero;
    i++;
  }
  const count = i - digits;
  if (count === 0 || count > MAX_SEQUENCE_DIGITS || (count > 1 && bytes[digits] === Byte.zero)) return undefined;
  if (!holds(bytes, i, BEFORE_DATA)) return undefined;
  const dStart = i + BEFORE_DATA.length - 1;
  return new Payload(0, s, internName(bytes, nameStart, nameEnd, hash), bytes, dStart, length - 1, JSON_FORMAT);
}
