import type { EtfCursor } from './etf-cursor.ts';
import { createEtfCursor, expectTerms, malformedEtf, takeU32, takeU8 } from './etf-cursor.ts';
import { bigAt } from './etf-number.ts';
import { ETF_VERSION, EtfTag } from './etf-tag.ts';
import type { MessageStructure } from './message-structure.ts';
import { readEtfTerm } from './read-etf-term.ts';
import { skipEtfName, skipEtfTerm } from './skip-etf-term.ts';
import { WireError } from './wire-error.ts';

/** Version, tag and arity of a map. */
const PREAMBLE_BYTES = 6;
const COMPRESSED = 80;

/**
 * Reads a message in ETF: members in any order (Erlang sorts them: d, op, s, t), repeated ones (the last counts), unknown
 * ones. Every term is walked and none is built but the header's.
 *
 * @throws {@link WireError} `malformedPayload`, `messageTooLarge`
 * @see https://docs.discord.com/developers/events/gateway#using-etf
 */
export function readEtfStructure(bytes: Buffer): MessageStructure {
  const cursor = createEtfCursor(bytes, 0, bytes.length);
  const arity = takeMapHeader(cursor);
  let op = -1;
  let s = -1;
  let t = -1;
  let tEnd = -1;
  let dStart = -1;
  let dEnd = -1;
  for (let i = 0; i < arity; i++) {
    const keyStart = cursor.at;
    skipEtfName(cursor);
    const start = cursor.at;
    skipEtfTerm(cursor, 1);
    switch (headerKey(bytes, keyStart, start)) {
      case 'd':
        dStart = start;
        dEnd = cursor.at;
        break;
      case 'op':
        op = start;
        break;
      case 's':
        s = start;
        break;
      case 't':
        t = start;
        tEnd = cursor.at;
        break;
      case undefined:
        break;
    }
  }
  if (cursor.at !== bytes.length) throw malformedEtf('goes on after its end', cursor.at);
  const opcode = opcodeAt(bytes, op);
  return { op: opcode, s: sequenceAt(bytes, s, opcode), t: nameAt(bytes, t, tEnd, opcode), dStart, dEnd };
}

/** The number of members of the map that a message is. */
function takeMapHeader(cursor: EtfCursor): number {
  if (takeU8(cursor) !== ETF_VERSION) throw malformedEtf(`does not begin with ${ETF_VERSION}, which it must,`, 0);
  const tag = takeU8(cursor);
  if (tag === COMPRESSED) throw malformedEtf('is a compressed term, which Discord never sends,', 1);
  if (tag !== EtfTag.map) throw malformedEtf(`must be a map, but has the tag ${tag}`, 1);
  const arity = takeU32(cursor);
  expectTerms(cursor, arity, 3);
  return arity;
}

/** Which of the four a passed key is; keys may be atoms or strings. */
function headerKey(bytes: Buffer, start: number, end: number): 'd' | 'op' | 's' | 't' | undefined {
  let textStart = start;
  switch (bytes[start]) {
    case EtfTag.atom:
    case EtfTag.atomUtf8:
      textStart += 3;
      break;
    case EtfTag.smallAtom:
    case EtfTag.smallAtomUtf8:
      textStart += 2;
      break;
    case EtfTag.binary:
      textStart += 5;
      break;
    default:
      return undefined;
  }
  const first = bytes[textStart];
  if (end - textStart === 2) return first === 0x6f && bytes[textStart + 1] === 0x70 ? 'op' : undefined;
  if (end - textStart !== 1) return undefined;
  return first === 0x64 ? 'd' : first === 0x73 ? 's' : first === 0x74 ? 't' : undefined;
}

function opcodeAt(bytes: Buffer, at: number): number {
  const op = integerAt(bytes, at);
  if (Number.isSafeInteger(op) && op >= 0) return op;
  throw new WireError(
    'malformedPayload',
    `a gateway message needs an op that is an integer of 0 or more; this one of ${bytes.length} bytes has none`,
  );
}

/** Only a dispatch is numbered. */
function sequenceAt(bytes: Buffer, at: number, op: number): number | null {
  const s = op === 0 ? integerAt(bytes, at) : NaN;
  return Number.isSafeInteger(s) && s >= 0 ? s : null;
}

function nameAt(bytes: Buffer, start: number, end: number, op: number): string | null {
  const t = start === -1 ? null : readEtfTerm(bytes, start, end);
  // A number of many digits is given as a string, but is no name.
  const isBig = bytes[start] === EtfTag.smallBig || bytes[start] === EtfTag.largeBig;
  if (t === null || (typeof t === 'string' && !isBig)) return t;
  throw new WireError(
    'malformedPayload',
    `the t of a gateway message is a string or null, but this one with op ${op} has a ${isBig ? 'number' : typeof t}`,
  );
}

/** The integer of a passed term; NaN for anything else, and for no term (-1). */
function integerAt(bytes: Buffer, at: number): number {
  switch (bytes[at]) {
    case EtfTag.smallInteger:
      return bytes.readUInt8(at + 1);
    case EtfTag.integer:
      return bytes.readInt32BE(at + 1);
    case EtfTag.smallBig:
      return Number(bigAt(bytes, at + 3, bytes.readUInt8(at + 1)));
    case EtfTag.largeBig:
      return Number(bigAt(bytes, at + 6, bytes.readUInt32BE(at + 1)));
    default:
      return NaN;
  }
}

/** The preamble of a message with `arity` members. */
export function etfPreamble(arity: number): Buffer {
  const preamble = Buffer.alloc(PREAMBLE_BYTES);
  preamble[0] = ETF_VERSION;
  preamble[1] = EtfTag.map;
  preamble.writeUInt32BE(arity, 2);
  return preamble;
}
