/** Bytes of JSON's grammar. */
export const Byte = {
  quote: 0x22,
  plus: 0x2b,
  comma: 0x2c,
  minus: 0x2d,
  dot: 0x2e,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

const LITERALS = ['true', 'false', 'null'].map((word) => Buffer.from(word));
const ESCAPABLE = new Set(Buffer.from('"\\/bfnrtu'));

/** Where the text stops being JSON. Internal to the walk: its callers turn it into a WireError. */
export class NotJson extends Error {
  readonly at: number;

  constructor(at: number) {
    super(`unexpected end or byte at ${at}`);
    this.at = at;
  }
}

/** First byte at or after `at` that is no white space (there are four kinds in JSON). */
export function skipSpace(bytes: Buffer, at: number): number {
  let i = at;
  for (;;) {
    const byte = bytes[i];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return i;
    i++;
  }
}

/** The byte after `at`, which must hold `expected`. */
export function expectByte(bytes: Buffer, at: number, expected: number): number {
  if (bytes[at] !== expected) throw new NotJson(at);
  return at + 1;
}

/** Whether `expected` stands at `at`. For a few bytes a loop is faster than a call into native code. */
export function holds(bytes: Buffer, at: number, expected: Buffer): boolean {
  for (let i = 0; i < expected.length; i++) {
    if (bytes[at + i] !== expected[i]) return false;
  }
  return true;
}

/** The byte after the string that begins at `at`; takes exactly the strings JSON.parse takes. */
export function skipString(bytes: Buffer, at: number): number {
  let i = expectByte(bytes, at, Byte.quote);
  for (;;) {
    const byte = bytes[i];
    if (byte === undefined || byte < 0x20) throw new NotJson(i);
    i++;
    if (byte === Byte.quote) return i;
    if (byte === Byte.backslash) i = skipEscape(bytes, i);
  }
}

/**
 * The byte after the value that begins at `at`; takes exactly the values JSON.parse takes and builds none of them.
 * Nesting costs one bit a level and no stack, so no depth is too deep.
 */
export function skipValue(bytes: Buffer, at: number): number {
  const first = bytes[at];
  // Most values open nothing.
  if (first !== Byte.openBrace && first !== Byte.openBracket) return skipScalar(bytes, at);
  const open = createContainers();
  let i = at;
  for (;;) {
    // One value, or the opening of a container with its first key.
    const byte = bytes[i];
    if (byte === Byte.openBrace || byte === Byte.openBracket) {
      const isObject = byte === Byte.openBrace;
      i = skipSpace(bytes, i + 1);
      if (bytes[i] === (isObject ? Byte.closeBrace : Byte.closeBracket)) {
        i++;
      } else {
        open.push(isObject);
        if (isObject) i = skipKey(bytes, i);
        continue;
      }
    } else {
      i = skipScalar(bytes, i);
    }
    // Whatever may follow a value: the ends of its containers, then a comma.
    for (;;) {
      if (open.depth() === 0) return i;
      i = skipSpace(bytes, i);
      const isObject = open.top();
      if (bytes[i] === Byte.comma) {
        i = skipSpace(bytes, i + 1);
        if (isObject) i = skipKey(bytes, i);
        break;
      }
      i = expectByte(bytes, i, isObject ? Byte.closeBrace : Byte.closeBracket);
      open.pop();
    }
  }
}

/** The first byte of the value whose key begins at `at`. */
function skipKey(bytes: Buffer, at: number): number {
  const end = skipSpace(bytes, skipString(bytes, at));
  return skipSpace(bytes, expectByte(bytes, end, Byte.colon));
}

function skipScalar(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === Byte.quote) return skipString(bytes, at);
  if (byte === Byte.minus || isDigit(byte)) return skipNumber(bytes, at);
  for (const literal of LITERALS) {
    if (holds(bytes, at, literal)) return at + literal.length;
  }
  throw new NotJson(at);
}

function skipNumber(bytes: Buffer, at: number): number {
  let i = bytes[at] === Byte.minus ? at + 1 : at;
  i = bytes[i] === Byte.zero ? i + 1 : skipDigits(bytes, i);
  if (bytes[i] === Byte.dot) i = skipDigits(bytes, i + 1);
  const byte = bytes[i];
  if (byte === 0x65 || byte === 0x45) {
    const sign = bytes[i + 1];
    i = skipDigits(bytes, sign === Byte.plus || sign === Byte.minus ? i + 2 : i + 1);
  }
  return i;
}

/** At least one digit, then all that follow. */
function skipDigits(bytes: Buffer, at: number): number {
  let i = at;
  while (isDigit(bytes[i])) i++;
  if (i === at) throw new NotJson(at);
  return i;
}

function skipEscape(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined || !ESCAPABLE.has(byte)) throw new NotJson(at);
  if (byte !== 0x75) return at + 1;
  for (let i = at + 1; i <= at + 4; i++) {
    if (!isHexDigit(bytes[i])) throw new NotJson(i);
  }
  return at + 5;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= Byte.zero && byte <= Byte.nine;
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}

interface Containers {
  depth(): number;
  /** True when the innermost open container is an object, false for an array. */
  top(): boolean;
  push(isObject: boolean): void;
  pop(): void;
}

/** A stack of booleans, 30 to a number: an array of them would let 32 MiB of brackets take 256 MiB. */
function createContainers(): Containers {
  const full: number[] = [];
  let bits = 0;
  let depth = 0;
  return {
    depth: () => depth,
    top: () => (bits & 1) === 1,
    push(isObject) {
      if (depth > 0 && depth % 30 === 0) {
        full.push(bits);
        bits = 0;
      }
      bits = (bits << 1) | (isObject ? 1 : 0);
      depth++;
    },
    pop() {
      depth--;
      bits >>>= 1;
      if (depth > 0 && depth % 30 === 0) bits = full.pop() ?? 0;
    },
  };
}
