import { Byte, expectByte, holds, NotJson, skipSpace, skipString, skipValue } from './json-walk.ts';
import { WireError } from './wire-error.ts';

/** The header of a message and the place of its `d`. */
export interface MessageStructure {
  readonly op: number;
  readonly s: number | null;
  readonly t: string | null;
  /** First byte of `d`, or -1 when there is none. */
  readonly dStart: number;
  /** The byte after `d`. */
  readonly dEnd: number;
}

/** Half-open range of a member's value. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** The members that are looked for; the last one of a name counts. */
interface Members {
  op?: Span;
  s?: Span;
  t?: Span;
  d?: Span;
}

const HEADER_KEYS = (['t', 's', 'op', 'd'] as const).map((name) => ({ name, text: Buffer.from(JSON.stringify(name)) }));

/** Lengths of keys, with their quotes, that can be one of the four in escapes: `"\u0074"` to `"\u006f\u0070"`. */
const SHORTEST_ESCAPED_KEY = 8;
const LONGEST_ESCAPED_KEY = 14;

/**
 * Reads a message of any layout: each key order, white space, escapes, repeated keys (the last counts), unknown keys.
 * It walks the whole text without building values, takes exactly what JSON.parse takes, and so is exact but not fast.
 *
 * @throws {@link WireError} `malformedPayload`
 */
export function readStructure(bytes: Buffer): MessageStructure {
  const members = findMembers(bytes);
  const op = parse(bytes, members.op);
  if (typeof op !== 'number' || !Number.isSafeInteger(op) || op < 0) {
    throw new WireError(
      'malformedPayload',
      `a gateway message needs an op that is an integer of 0 or more; this one of ${bytes.length} bytes has none`,
    );
  }
  const t = parse(bytes, members.t) ?? null;
  if (t !== null && typeof t !== 'string') {
    throw new WireError(
      'malformedPayload',
      `the t of a gateway message is a string or null, but this one with op ${op} has a ${typeof t}`,
    );
  }
  const s = parse(bytes, members.s);
  // -0 is legal JSON; adding 0 makes it the 0 it means.
  return { op: op + 0, s: sequence(op, s), t, dStart: members.d?.start ?? -1, dEnd: members.d?.end ?? -1 };
}

/** Only a dispatch is numbered. Anything but a whole number that a double holds exactly would spoil a RESUME. */
function sequence(op: number, s: unknown): number | null {
  return op === 0 && typeof s === 'number' && Number.isSafeInteger(s) && s >= 0 ? s + 0 : null;
}

function findMembers(bytes: Buffer): Members {
  try {
    return walkMembers(bytes);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    throw new WireError(
      'malformedPayload',
      `a gateway message must be one JSON object; this one of ${bytes.length} bytes stops being one at byte ${error.at}`,
    );
  }
}

function walkMembers(bytes: Buffer): Members {
  const members: Members = {};
  let i = skipSpace(bytes, expectByte(bytes, skipSpace(bytes, 0), Byte.openBrace));
  if (bytes[i] === Byte.closeBrace) {
    i++;
  } else {
    for (;;) {
      const keyEnd = skipString(bytes, i);
      const start = skipSpace(bytes, expectByte(bytes, skipSpace(bytes, keyEnd), Byte.colon));
      const end = skipValue(bytes, start);
      const key = headerKey(bytes, { start: i, end: keyEnd });
      if (key !== undefined) members[key] = { start, end };
      i = skipSpace(bytes, end);
      if (bytes[i] !== Byte.comma) break;
      i = skipSpace(bytes, i + 1);
    }
    i = expectByte(bytes, i, Byte.closeBrace);
  }
  i = skipSpace(bytes, i);
  if (i !== bytes.length) throw new NotJson(i);
  return members;
}

function headerKey(bytes: Buffer, span: Span): keyof Members | undefined {
  const length = span.end - span.start;
  for (const { name, text } of HEADER_KEYS) {
    if (length === text.length && holds(bytes, span.start, text)) return name;
  }
  // Short ones never have room for an escape that spells one of them, long ones are too long.
  if (length < SHORTEST_ESCAPED_KEY || length > LONGEST_ESCAPED_KEY) return undefined;
  const key = parse(bytes, span);
  return HEADER_KEYS.find(({ name }) => name === key)?.name;
}

/** The value of a span that was walked, so that it parses; undefined when there is no span. */
function parse(bytes: Buffer, span: Span | undefined): unknown {
  return span === undefined ? undefined : JSON.parse(bytes.toString('utf8', span.start, span.end));
}
