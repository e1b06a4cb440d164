import { malformedEtf } from './etf-cursor.ts';
import { ETF_FORMAT } from './etf-format.ts';
import { readEtfStructure } from './etf-message.ts';
import { ETF_VERSION } from './etf-tag.ts';
import { Payload } from './payload.ts';
import { readEtfTerm } from './read-etf-term.ts';
import { writeEtfTerm } from './write-etf-term.ts';

/**
 * Reads the header of one message in ETF; its data stays unread. The whole message is walked: what is accepted here can be
 * read later.
 *
 * The bytes are kept, not copied: do not write to them afterwards.
 *
 * @throws {@link WireError} `malformedPayload`, and `messageTooLarge` for more than 4,000,000 values
 * @see https://docs.discord.com/developers/events/gateway#using-etf
 */
export function readEtfPayload(bytes: Buffer): Payload {
  const { op, s, t, dStart, dEnd } = readEtfStructure(bytes);
  return new Payload(op, s, t, bytes, dStart, dEnd, ETF_FORMAT);
}

/**
 * The value of one external term, version byte included, as plain JSON data.
 *
 * Integers of more than four bytes, as ids are, give decimal strings. The atoms `nil` and `null` give null, `true` and
 * `false` booleans, others strings. Tuples and byte strings give arrays, maps plain objects whose `__proto__` is a member
 * like any other. Text that is not UTF-8 has U+FFFD in the wrong places.
 *
 * @throws {@link WireError} `malformedPayload` for damage, nesting deeper than 128, integers of more than 1,024 bytes,
 * compressed terms and tags without a meaning in JSON; `messageTooLarge` for more than 4,000,000 values
 * @see https://www.erlang.org/doc/apps/erts/erl_ext_dist.html
 */
export function decodeEtf(bytes: Buffer): unknown {
  if (bytes[0] !== ETF_VERSION) throw malformedEtf(`does not begin with ${ETF_VERSION}, which it must,`, 0);
  return readEtfTerm(bytes, 1, bytes.length);
}

/**
 * A value as one external term, version byte included: what JSON.stringify would write of it, with string (binary) keys
 * and with bigints as integers. Undefined gives `nil`; it is left out of objects.
 *
 * @throws {@link WireError} `unencodableCommand` for nesting deeper than 128, as with a cycle, and bigints of more than 255
 * bytes. What a `toJSON` of the value throws goes through.
 */
export function encodeEtf(value: unknown): Buffer {
  return Buffer.concat([Buffer.of(ETF_VERSION), writeEtfTerm(value)]);
}
