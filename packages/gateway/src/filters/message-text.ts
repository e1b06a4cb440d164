import { skipJson } from '@shardgate/wire';
import { PRIME_A, PRIME_B, SEED_A, SEED_B } from './content-hash.ts';
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
 * `content` is hashed, `skip` is not; `author` must be there; `list` is hashed, and may hold what has no links of its own.
 * The others are hashed and looked at.
 */
type Use = 'skip' | 'author' | 'embeds' | 'id' | 'pinned' | 'flags' | 'type' | 'unplain' | 'list' | 'content';

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
  mention_roles: 'list',
  message_reference: 'list',
};

/** Found by the hash that the key's bytes have anyway, so that no string is made of any. */
const KNOWN_KEYS: ReadonlyMap<number, KnownKey> = new Map(
  Object.entries(USES).map(([key, use]) => {
    const name = Buffer.from(key);
    return [hashKey(name, 0, name.length), { name, use }];
  }),
);

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
 * Undefined for what only parsing can decide: partial messages, messages with attachments or other members that may hold signed
 * links, texts that are written otherwise than Discord writes them. Stamps differ from those of `readTraits`. That does no harm: which
 * way a message goes depends on its content alone, so a message that changes ways has changed.
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
    const keyEnd = endOfKey(bytes, keyStart);
    if (bytes[keyStart - 1] !== QUOTE || bytes[keyEnd] !== QUOTE || bytes[keyEnd + 1] !== COLON) return undefined;
    const start = keyEnd + 2;
    end = skipJson(bytes, start);
    if (end === start || end > last || (end < last && bytes[end] !== COMMA)) return undefined;
    const keyHash = hashKey(bytes, keyStart, keyEnd);
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
      case 'list':
      case 'content':
        break;
    }
    const isContainer = first === OPEN_BRACKET || first === OPEN_BRACE;
    if (use !== 'list' && isContainer && !isEmpty(bytes, start)) return undefined;
    let a = keyHash;
    let b = keyHash ^ SEED_B;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      a = Math.imul(a ^ byte, PRIME_A);
      b = Math.imul(b ^ byte, PRIME_B);
    }
    // Sums: the order of the members says nothing.
    stampA = (stampA + (a ^ (a >>> 16))) | 0;
    stampB = (stampB + (b ^ (b >>> 13))) | 0;
  } while (end < last);
  if (!hasAuthor || idHigh === -1) return undefined;
  return { idHigh, idLow, stampA, stampB, isPlainWithPreview: isPlain && hasEmbeds && !isPinned };
}

/** The place of the quote behind the key, or of what is in no key that Discord writes. */
function endOfKey(bytes: Buffer, at: number): number {
  let i = at;
  for (;;) {
    const byte = bytes[i];
    if (byte === QUOTE || byte === BACKSLASH || byte === undefined) return i;
    i++;
  }
}

function useOf(bytes: Buffer, keyStart: number, keyEnd: number, hash: number): Use {
  const known = KNOWN_KEYS.get(hash);
  if (known === undefined || known.name.length !== keyEnd - keyStart) return 'content';
  for (let i = keyStart; i < keyEnd; i++) {
    if (bytes[i] !== known.name[i - keyStart]) return 'content';
  }
  return known.use;
}

function hashKey(bytes: Buffer, start: number, end: number): number {
  let hash = SEED_A;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), PRIME_A);
  return hash;
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
