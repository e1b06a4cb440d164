import type { EtfCursor } from './etf-cursor.ts';
import { expectTerms, malformedEtf, take, takeU16, takeU32, takeU8 } from './etf-cursor.ts';
import { takeBig, takeFloat, takeOldFloat } from './etf-number.ts';
import { EtfTag, MAX_ETF_DEPTH } from './etf-tag.ts';

/**
 * Passes one term without making anything of it. Takes exactly what `readEtfTerm` takes, so that what was passed can be
 * read later.
 *
 * @throws {@link WireError} `malformedPayload`, `messageTooLarge`
 */
export function skipEtfTerm(cursor: EtfCursor, depth: number): void {
  const tag = takeU8(cursor);
  switch (tag) {
    case EtfTag.map:
      skipMap(cursor, depth);
      break;
    case EtfTag.list:
      skipElements(cursor, takeU32(cursor), depth);
      if (takeU8(cursor) !== EtfTag.nil) throw malformedEtf('has a list without a proper end', cursor.at - 1);
      break;
    case EtfTag.smallTuple:
      skipElements(cursor, takeU8(cursor), depth);
      break;
    case EtfTag.largeTuple:
      skipElements(cursor, takeU32(cursor), depth);
      break;
    case EtfTag.nil:
      break;
    case EtfTag.string: {
      const length = takeU16(cursor);
      expectTerms(cursor, length, 1);
      take(cursor, length);
      break;
    }
    case EtfTag.largeBig:
      takeBig(cursor, takeU32(cursor));
      break;
    case EtfTag.newFloat:
      takeFloat(cursor);
      break;
    case EtfTag.float:
      takeOldFloat(cursor);
      break;
    default:
      skipNameWith(cursor, tag);
  }
}

/** Passes a key of a map. */
export function skipEtfName(cursor: EtfCursor): void {
  skipNameWith(cursor, takeU8(cursor));
}

function skipMap(cursor: EtfCursor, depth: number): void {
  const arity = takeU32(cursor);
  if (depth === MAX_ETF_DEPTH) throw malformedEtf(`nests deeper than ${MAX_ETF_DEPTH}`, cursor.at);
  expectTerms(cursor, arity, 3);
  for (let i = 0; i < arity; i++) {
    skipNameWith(cursor, takeU8(cursor));
    skipEtfTerm(cursor, depth + 1);
  }
}

function skipElements(cursor: EtfCursor, count: number, depth: number): void {
  if (depth === MAX_ETF_DEPTH) throw malformedEtf(`nests deeper than ${MAX_ETF_DEPTH}`, cursor.at);
  expectTerms(cursor, count, 1);
  for (let i = 0; i < count; i++) skipEtfTerm(cursor, depth + 1);
}

/** The tags that a key may have too. */
function skipNameWith(cursor: EtfCursor, tag: number): void {
  switch (tag) {
    case EtfTag.binary:
      take(cursor, takeU32(cursor));
      break;
    case EtfTag.atom:
    case EtfTag.atomUtf8:
      take(cursor, takeU16(cursor));
      break;
    case EtfTag.smallAtom:
    case EtfTag.smallAtomUtf8:
      take(cursor, takeU8(cursor));
      break;
    case EtfTag.smallInteger:
      take(cursor, 1);
      break;
    case EtfTag.integer:
      take(cursor, 4);
      break;
    case EtfTag.smallBig:
      takeBig(cursor, takeU8(cursor));
      break;
    default:
      throw malformedEtf(`has the tag ${tag}, which is not read here,`, cursor.at - 1);
  }
}
