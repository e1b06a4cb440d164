import { skipJson } from '@shardgate/wire';
import { hashedA, hashedB, mixBytes, startHash } from './byte-hash.ts';
import {
  LOW_DIGITS,
  MAX_ID_DIGITS,
  NOT_CONTENT,
  PLAIN_FLAGS,
  PLAIN_TYPES,
  UNPLAIN_KEYS,
  type MessageTraits,
} from './message-traits.ts';

/**
 * What is done with a member, by its key:
 * `content` is hashed, `skip` is not; `author` must be there. The others are hashed and looked at.
 */
type Use = 'skip' | 'author' | 'embeds' | 'id' | 'pinned' | 'flags' | 'type' | 'unplain' | 'content';

interface KnownKey {
  readonly name: Buffer;
  readonly use: Use;
}

const USES: Readonly<Record<string, Use>> = {
  ...Object.fromEntries(Array.from(NOT_CONTENT, (key) => [key, 'skip' as const])),
  ...Object.fromEntries(UNPLAIN_KEYS.map((key) => [key, 'unplain' as const])),
  author: 'author',
  embeds: 'embeds',
  id: 'id',
  edited_timestamp: 'unplain',
  pinned: 'pinned',
  flags: 'flags',
  type: 'type',
};

/** Found by the hash that the key's bytes have anyway, so that no string is made of any. */
const KNOWN_KEYS: ReadonlyMap<number, KnownKey> = new Map(
  Object.entries(USES).map(([key, use]) => {
    const name = Buffer.from(key);
    return [hashKey(name), { name, use }];
  }),
);

/** Of links. */
const LINK_KEYS = ['url', 'proxy_url'].map((key) => Buffer.from(key));

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;
const COLON = 0x3a;
const LETTER_F = 0x66;
const LETTER_N = 0x6e;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * The traits of a message from its JSON text, for a fraction of the cost of parsing and hashing it.
 *
 * Undefined for what only parsing can decide: partial messages, texts that are written otherwise than Discord writes them. Stamps differ from
 * those of `readTraits`. That does no harm: which way a message goes depends on its content alone, so a message that changes ways has changed.
 */
export function readTextTraits(bytes: Buffer): MessageTraits | undefined {
  const last = bytes.length - 1;
  if (bytes[0] !== OPEN_BRACE || bytes[last] !== CLOSE_BRACE) return undefined;
  let idHigh = -1;
  let idLow = 0;
  let hasAuthor = false;
  let hasEmbeds = false;
  let isPinned = true;
  let isPlain = true;
  let stampA = 0;
  let stampB = 0;
  let end = 0;
  do {
    const keyStart = end + 2;
    let keyEnd = keyStart;
    let keyHash = 0;
    for (let byte = bytes[keyEnd]; byte !== QUOTE && byte !== BACKSLASH && byte !== undefined; byte = bytes[keyEnd]) {
      keyHash = hashKeyByte(keyHash, byte);
      keyEnd++;
    }
    if (bytes[keyStart - 1] !== QUOTE || bytes[keyEnd] !== QUOTE || bytes[keyEnd + 1] !== COLON) return undefined;
    const start = keyEnd + 2;
    end = skipJson(bytes, start);
    if (end === start || end > last || (end < last && bytes[end] !== COMMA)) return undefined;
    const use = useOf(bytes, keyStart, keyEnd, keyHash);
    const first = bytes[start];
    switch (use) {
      case 'skip':
        continue;
      case 'author':
        hasAuthor = first !== LETTER_N;
        continue;
      case 'embeds':
        hasEmbeds = first === OPEN_BRACKET && !isEmpty(bytes, start);
        continue;
      case 'id':
        if (!isId(bytes, start, end)) return undefined;
        idHigh = digits(bytes, start + 1, end - 1 - LOW_DIGITS);
        idLow = digits(bytes, Math.max(start + 1, end - 1 - LOW_DIGITS), end - 1);
        break;
      case 'pinned':
        isPinned = first !== LETTER_F;
        break;
      case 'flags':
        isPlain &&= beginsNumber(first) && (number(bytes, start, end) & ~PLAIN_FLAGS) === 0;
        break;
      case 'type':
        isPlain &&= beginsNumber(first) && PLAIN_TYPES.has(number(bytes, start, end));
        break;
      case 'unplain':
        isPlain &&= first === LETTER_N;
        break;
      case 'content':
        break;
    }
    startHash(keyHash);
    if (first === OPEN_BRACKET || first === OPEN_BRACE) mixWithoutLinks(bytes, start, end);
    else mixBytes(bytes, start, end);
    // Sums: the order of the members says nothing.
    stampA = (stampA + hashedA()) | 0;
    stampB = (stampB + hashedB()) | 0;
  } while (end < last);
  if (!hasAuthor || idHigh === -1) return undefined;
  return { idHigh, idLow, stampA, stampB, isPlainWithPreview: isPlain && hasEmbeds && !isPinned };
}

/**
 * Hashes a list or an object, however deep, all but the links in it: those to attachments and media are signed anew with every event. A text that
 * is followed by a colon is a key.
 */
function mixWithoutLinks(bytes: Buffer, start: number, end: number): void {
  let from = start;
  let i = start;
  while (i < end) {
    if (bytes[i] !== QUOTE) {
      i++;
      continue;
    }
    const past = pastText(bytes, i, end);
    if (bytes[past] === COLON && isLink(bytes, i + 1, past - 1)) {
      mixBytes(bytes, from, past);
      from = skipJson(bytes, past + 1);
      i = from;
    } else {
      i = past;
    }
  }
  mixBytes(bytes, from, end);
}

/** The place behind the quote that ends the text which begins at `at`. */
function pastText(bytes: Buffer, at: number, end: number): number {
  let i = at + 1;
  while (i < end && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i + 1;
}

function isLink(bytes: Buffer, keyStart: number, keyEnd: number): boolean {
  return LINK_KEYS.some((key) => isKey(bytes, keyStart, keyEnd, key));
}

function isKey(bytes: Buffer, start: number, end: number, key: Buffer): boolean {
  if (key.length !== end - start) return false;
  for (let i = start; i < end; i++) {
    if (bytes[i] !== key[i - start]) return false;
  }
  return true;
}

function useOf(bytes: Buffer, keyStart: number, keyEnd: number, hash: number): Use {
  const known = KNOWN_KEYS.get(hash);
  return known !== undefined && isKey(bytes, keyStart, keyEnd, known.name) ? known.use : 'content';
}

function hashKey(key: Buffer): number {
  let hash = 0;
  for (const byte of key) hash = hashKeyByte(hash, byte);
  return hash;
}

/** Small integers to V8: others are slow to find in a map. */
function hashKeyByte(hash: number, byte: number): number {
  return (hash * 31 + byte) & 0x3fff_ffff;
}

/** Discord puts no space into empty containers; one with space counts as filled. */
function isEmpty(bytes: Buffer, start: number): boolean {
  const second = bytes[start + 1];
  return second === CLOSE_BRACKET || second === CLOSE_BRACE;
}

function beginsNumber(byte: number | undefined): boolean {
  return byte === MINUS || isDigit(byte);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** Whether the value is a text of digits that make a 64-bit number. */
function isId(bytes: Buffer, start: number, end: number): boolean {
  const count = end - start - 2;
  if (bytes[start] !== QUOTE || count < 1 || count > MAX_ID_DIGITS) return false;
  for (let i = start + 1; i < end - 1; i++) {
    if (!isDigit(bytes[i])) return false;
  }
  return true;
}

/** 0 for no digits at all. */
function digits(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + (bytes[i] as number) - ZERO;
  return value;
}

function number(bytes: Buffer, start: number, end: number): number {
  return end - start === 1 ? (bytes[start] as number) - ZERO : Number(bytes.toString('latin1', start, end));
}
