import { Tag, VERSION } from './etf-tag.ts';

/** Where reading stands. */
interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

/** The place of the next `count` bytes, which the cursor passes. */
function take(cursor: Cursor, count: number): number {
  const { at, bytes } = cursor;
  if (count > bytes.length - at) throw new RangeError('it ends early');
  cursor.at = at + count;
  return at;
}

function takeNumber(cursor: Cursor, bytes: 1 | 2 | 4): number {
  return cursor.bytes.readUIntBE(take(cursor, bytes), bytes);
}

function takeText(cursor: Cursor, length: number): string {
  const at = take(cursor, length);
  return cursor.bytes.toString('utf8', at, at + length);
}

/** Ids are beyond the safe integers and become strings, as in JSON; times and counts are numbers. */
function takeBig(cursor: Cursor, digits: number): number | string {
  const isNegative = takeNumber(cursor, 1) !== 0;
  const at = take(cursor, digits);
  const hex = Buffer.from(cursor.bytes.subarray(at, at + digits))
    .reverse()
    .toString('hex');
  const magnitude = BigInt(`0x0${hex}`);
  const value = isNegative ? -magnitude : magnitude;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

function takeFloat(cursor: Cursor): number {
  const value = cursor.bytes.readDoubleBE(take(cursor, 8));
  if (!Number.isFinite(value)) throw new RangeError('it has a float that is no number');
  return value;
}

function valueOfAtom(name: string): string | boolean | null {
  if (name === 'true' || name === 'false') return name === 'true';
  return name === 'nil' || name === 'null' ? null : name;
}

function takeList(cursor: Cursor): unknown[] {
  const list: unknown[] = [];
  for (let left = takeNumber(cursor, 4); left > 0; left -= 1) list.push(takeTerm(cursor));
  if (takeNumber(cursor, 1) !== Tag.nil) throw new RangeError('it has a list without a proper end');
  return list;
}

function takeMap(cursor: Cursor): object {
  const members: [string, unknown][] = [];
  for (let left = takeNumber(cursor, 4); left > 0; left -= 1) {
    if (takeNumber(cursor, 1) !== Tag.binary) throw new RangeError('it has a key that is no string');
    members.push([takeText(cursor, takeNumber(cursor, 4)), takeTerm(cursor)]);
  }
  return Object.fromEntries(members);
}

function takeTerm(cursor: Cursor): unknown {
  const tag = takeNumber(cursor, 1);
  switch (tag) {
    case Tag.smallInteger:
      return takeNumber(cursor, 1);
    case Tag.integer:
      return takeNumber(cursor, 4) | 0;
    case Tag.smallBig:
      return takeBig(cursor, takeNumber(cursor, 1));
    case Tag.largeBig:
      return takeBig(cursor, takeNumber(cursor, 4));
    case Tag.newFloat:
      return takeFloat(cursor);
    case Tag.atom:
    case Tag.atomUtf8:
      return valueOfAtom(takeText(cursor, takeNumber(cursor, 2)));
    case Tag.smallAtom:
    case Tag.smallAtomUtf8:
      return valueOfAtom(takeText(cursor, takeNumber(cursor, 1)));
    case Tag.binary:
      return takeText(cursor, takeNumber(cursor, 4));
    case Tag.nil:
      return [];
    case Tag.string: {
      const length = takeNumber(cursor, 2);
      const at = take(cursor, length);
      return [...cursor.bytes.subarray(at, at + length)];
    }
    case Tag.list:
      return takeList(cursor);
    case Tag.map:
      return takeMap(cursor);
    default:
      throw new RangeError(`it has a term with the tag ${tag}`);
  }
}

/**
 * Reads what a client of an ETF connection sent. Its keys must be binaries: atoms are refused.
 * https://docs.discord.com/developers/events/gateway#using-etf
 *
 * @throws {RangeError} that says what is wrong, and quotes nothing of it
 */
export function readEtfCommand(bytes: Buffer): unknown {
  const cursor = { bytes, at: 0 };
  if (takeNumber(cursor, 1) !== VERSION) throw new RangeError(`it does not begin with ${VERSION}`);
  const value = takeTerm(cursor);
  if (cursor.at !== bytes.length) throw new RangeError('it goes on after its end');
  return value;
}
