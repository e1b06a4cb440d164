import { closest } from 'fastest-levenshtein';
import { constants } from 'node:buffer';
import type { Compression, Encoding, FrameDecoderOptions, ResolvedDecoderOptions } from './decoder-options.ts';
import { DECODER_DEFAULTS } from './defaults.ts';

interface Choice {
  readonly name: string;
  readonly allowed: readonly string[];
}

const ENCODING: Choice = { name: 'encoding', allowed: ['json', 'etf'] satisfies Encoding[] };
const COMPRESSION: Choice = {
  name: 'compression',
  allowed: ['none', 'payload', 'zlib-stream', 'zstd-stream'] satisfies Compression[],
};

/**
 * Options with every default filled in; an undefined value counts as absent.
 *
 * @throws TypeError, RangeError naming the option, the value and what is expected.
 */
export function resolveDecoderOptions(options: FrameDecoderOptions): ResolvedDecoderOptions {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`options must be an object, got ${describe(options)}`);
  const known = Object.keys(DECODER_DEFAULTS);
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      throw new TypeError(`unknown option ${JSON.stringify(name)}; did you mean ${closest(name, known)}?`);
  }
  const {
    encoding = DECODER_DEFAULTS.encoding,
    compression = DECODER_DEFAULTS.compression,
    maxMessageBytes = DECODER_DEFAULTS.maxMessageBytes,
    maxPartialBytes = DECODER_DEFAULTS.maxPartialBytes,
  } = options;
  assertEncoding(encoding);
  assertOneOf(COMPRESSION, compression);
  if (encoding === 'etf' && compression === 'payload') {
    throw new RangeError(
      "compression 'payload' is for encoding 'json' only; with 'etf' use 'none', 'zlib-stream' or 'zstd-stream'",
    );
  }
  assertByteLimit('maxMessageBytes', maxMessageBytes);
  assertByteLimit('maxPartialBytes', maxPartialBytes);
  return Object.freeze({ encoding, compression, maxMessageBytes, maxPartialBytes });
}

/** @throws TypeError, RangeError unless the value is an encoding. */
export function assertEncoding(encoding: Encoding): void {
  assertOneOf(ENCODING, encoding);
}

function assertOneOf({ name, allowed }: Choice, value: unknown): void {
  const expected = allowed.map((each) => `'${each}'`).join(', ');
  if (typeof value !== 'string') throw new TypeError(`${name} must be one of ${expected}, got ${describe(value)}`);
  if (allowed.includes(value)) return;
  throw new RangeError(`${name} must be one of ${expected}, got ${describe(value)}`);
}

function assertByteLimit(name: string, value: unknown): void {
  // A longer text could not become a string, so its d could never be read.
  const most = constants.MAX_STRING_LENGTH;
  if (typeof value !== 'number')
    throw new TypeError(`${name} must be an integer from 1 to ${most}, got ${describe(value)}`);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new RangeError(`${name} must be an integer from 1 to ${most}, got ${value}`);
  }
}

function describe(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value)
    : value === null
      ? 'null'
      : `a value of type ${typeof value}`;
}
