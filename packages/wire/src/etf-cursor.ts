import { WireError } from './wire-error.ts';

/** Values in one message, the bytes of a STRING included: what a message may make of a few bytes is bounded by it. */
const MAX_TERMS = 4_000_000;

/** A place in a message, moved on by whoever reads there. */
export interface EtfCursor {
  readonly bytes: Buffer;
  /** The next byte to read. */
  at: number;
  /** The byte after the last one. */
  readonly end: number;
  /** How many more values the message may have. */
  termsLeft: number;
}

export function createEtfCursor(bytes: Buffer, start: number, end: number): EtfCursor {
  return { bytes, at: start, end, termsLeft: MAX_TERMS };
}

/** The place of the next `count` bytes, which the cursor passes; refuses what goes beyond the end. */
export function take(cursor: EtfCursor, count: number): number {
  const { at } = cursor;
  if (count > cursor.end - at) throw malformedEtf(`ends ${count - (cursor.end - at)} bytes early`, at);
  cursor.at = at + count;
  return at;
}

/**
 * Passes a number of 1, 2 or 4 bytes and gives it. The bytes are there once `take` has returned, so that `?? 0` never
 * comes into play.
 */
export function takeU8(cursor: EtfCursor): number {
  const at = take(cursor, 1);
  return cursor.bytes[at] ?? 0;
}

export function takeU16(cursor: EtfCursor): number {
  const at = take(cursor, 2);
  const { bytes } = cursor;
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function takeU32(cursor: EtfCursor): number {
  return takeI32(cursor) >>> 0;
}

export function takeI32(cursor: EtfCursor): number {
  const at = take(cursor, 4);
  const { bytes } = cursor;
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}

/** Counts `count` values that follow and take `least` bytes each at the least; refuses more than there can be, before anything is made of them. */
export function expectTerms(cursor: EtfCursor, count: number, least: number): void {
  if (count * least > cursor.end - cursor.at)
    throw malformedEtf(`announces ${count} values in ${cursor.end - cursor.at} bytes`, cursor.at);
  cursor.termsLeft -= count;
  if (cursor.termsLeft < 0) {
    throw new WireError('messageTooLarge', `a gateway message has more than ${MAX_TERMS} values`);
  }
}

export function malformedEtf(what: string, at: number): WireError {
  return new WireError('malformedPayload', `a gateway message in ETF ${what} at byte ${at}`);
}
