import { EtfTag, MAX_ETF_DEPTH } from './etf-tag.ts';
import { WireError } from './wire-error.ts';

const FIRST_CAPACITY = 256;

/** A growing buffer. */
interface Output {
  bytes: Buffer;
  size: number;
}

/**
 * One value as a term, without the version byte: what JSON.stringify would write of it, and bigints as integers.
 *
 * Keys and texts are binaries, as Discord refuses atoms for keys; true, false and nil are atoms of the oldest kind, which
 * every reader knows.
 *
 * @throws {@link WireError} `unencodableCommand` when it nests deeper than 128, as with a cycle; what a `toJSON` throws
 */
export function writeEtfTerm(value: unknown): Buffer {
  const output = { bytes: Buffer.allocUnsafe(FIRST_CAPACITY), size: 0 };
  writeValue(output, toPlain(value, ''), 0);
  return output.bytes.subarray(0, output.size);
}

/** A name as an atom, as Erlang writes the keys of a message. */
export function etfAtom(name: string): Buffer {
  const text = Buffer.from(name, 'latin1');
  return Buffer.concat([Buffer.of(EtfTag.atom, text.length >>> 8, text.length & 0xff), text]);
}

function writeValue(output: Output, value: unknown, depth: number): void {
  switch (typeof value) {
    case 'string':
      writeText(output, value);
      break;
    case 'number':
      writeNumber(output, value);
      break;
    case 'bigint':
      writeBigInt(output, value);
      break;
    case 'boolean':
      append(output, etfAtom(String(value)));
      break;
    case 'object':
      if (value === null) append(output, etfAtom('nil'));
      else writeContainer(output, value, depth);
      break;
    default:
      append(output, etfAtom('nil'));
  }
}

function writeContainer(output: Output, value: object, depth: number): void {
  if (depth === MAX_ETF_DEPTH) {
    throw new WireError(
      'unencodableCommand',
      `a value nests deeper than ${MAX_ETF_DEPTH}: give one without cycles that is not so deep`,
    );
  }
  if (Array.isArray(value)) writeList(output, value, depth);
  else writeMap(output, value, depth);
}

function writeList(output: Output, list: readonly unknown[], depth: number): void {
  if (list.length > 0) {
    const at = reserve(output, 5);
    output.bytes[at] = EtfTag.list;
    output.bytes.writeUInt32BE(list.length, at + 1);
    for (const [index, element] of list.entries()) writeValue(output, toPlain(element, String(index)), depth + 1);
  }
  append(output, Buffer.of(EtfTag.nil));
}

function writeMap(output: Output, members: object, depth: number): void {
  const at = reserve(output, 5);
  let arity = 0;
  for (const [name, value] of Object.entries(members)) {
    const plain = toPlain(value, name);
    if (plain === undefined || typeof plain === 'function' || typeof plain === 'symbol') continue;
    arity++;
    writeText(output, name);
    writeValue(output, plain, depth + 1);
  }
  output.bytes[at] = EtfTag.map;
  output.bytes.writeUInt32BE(arity, at + 1);
}

function writeText(output: Output, text: string): void {
  const length = Buffer.byteLength(text);
  const at = reserve(output, 5 + length);
  output.bytes[at] = EtfTag.binary;
  output.bytes.writeUInt32BE(length, at + 1);
  output.bytes.write(text, at + 5);
}

function writeNumber(output: Output, value: number): void {
  // Erlang has no NaN and no infinity; JSON writes null for them too.
  if (!Number.isFinite(value)) {
    append(output, etfAtom('nil'));
  } else if (Number.isSafeInteger(value)) {
    writeInteger(output, value);
  } else {
    const at = reserve(output, 9);
    output.bytes[at] = EtfTag.newFloat;
    output.bytes.writeDoubleBE(value, at + 1);
  }
}

function writeInteger(output: Output, value: number): void {
  if (value >= 0 && value <= 0xff) {
    append(output, Buffer.of(EtfTag.smallInteger, value));
  } else if (value === (value | 0)) {
    const at = reserve(output, 5);
    output.bytes[at] = EtfTag.integer;
    output.bytes.writeInt32BE(value, at + 1);
  } else {
    writeDigits(output, BigInt(value));
  }
}

function writeBigInt(output: Output, value: bigint): void {
  if (value === BigInt.asIntN(32, value)) writeInteger(output, Number(value));
  else writeDigits(output, value);
}

function writeDigits(output: Output, value: bigint): void {
  const hex = (value < 0n ? -value : value).toString(16);
  const digits = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').reverse();
  if (digits.length > 0xff)
    throw new WireError('unencodableCommand', `a bigint of ${digits.length} bytes is over the 255 that can be written`);
  append(output, Buffer.of(EtfTag.smallBig, digits.length, value < 0n ? 1 : 0));
  append(output, digits);
}

/** What stands for a value by its own word, as with a Date. */
function toPlain(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !('toJSON' in value)) return value;
  return typeof value.toJSON === 'function' ? value.toJSON(name) : value;
}

function append(output: Output, bytes: Buffer): void {
  // The place first, as reserving it may replace the buffer.
  const at = reserve(output, bytes.length);
  bytes.copy(output.bytes, at);
}

/** The place of the next `count` bytes, which now belong to the output. */
function reserve(output: Output, count: number): number {
  const at = output.size;
  output.size += count;
  if (output.size > output.bytes.length) {
    const larger = Buffer.allocUnsafe(Math.max(output.size, 2 * output.bytes.length));
    output.bytes.copy(larger, 0, 0, at);
    output.bytes = larger;
  }
  return at;
}
