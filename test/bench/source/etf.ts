/** Terms as Discord's Erlang writes them, which no encoder on npm does: atoms for keys, sorted, and ids as integers. */

const SNOWFLAKE = /^\d{17,19}$/;

/** A whole message. */
export function etfMessage(message: object): Buffer {
  return Buffer.concat([Buffer.of(131), term(message)]);
}

function term(value: unknown): Buffer {
  switch (typeof value) {
    case 'string':
      return SNOWFLAKE.test(value) ? bigInteger(BigInt(value)) : binary(value);
    case 'number':
      return number(value);
    case 'boolean':
      return atom(String(value));
    case 'object':
      if (value === null) return atom('nil');
      return Array.isArray(value) ? list(value) : map(Object.entries(value));
    default:
      throw new TypeError(`no term for a ${typeof value}`);
  }
}

function sized(tag: number, size: number): Buffer {
  const head = Buffer.alloc(5);
  head[0] = tag;
  head.writeUInt32BE(size, 1);
  return head;
}

function binary(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([sized(109, bytes.length), bytes]);
}

function number(value: number): Buffer {
  if (!Number.isInteger(value)) throw new TypeError('the mixes have whole numbers only');
  if (value >= 0 && value < 256) return Buffer.of(97, value);
  if (Math.abs(value) >= 2 ** 31) return bigInteger(BigInt(value));
  const bytes = Buffer.alloc(5);
  bytes[0] = 98;
  bytes.writeInt32BE(value, 1);
  return bytes;
}

function bigInteger(value: bigint): Buffer {
  const bytes = Buffer.alloc(11);
  bytes.set([110, 8, 0]);
  bytes.writeBigUInt64LE(value, 3);
  return bytes;
}

function atom(name: string): Buffer {
  const bytes = Buffer.from(name, 'latin1');
  return Buffer.concat([Buffer.of(100, bytes.length >>> 8, bytes.length & 0xff), bytes]);
}

function list(items: readonly unknown[]): Buffer {
  if (items.length === 0) return Buffer.of(106);
  return Buffer.concat([sized(108, items.length), ...items.map(term), Buffer.of(106)]);
}

function map(entries: readonly (readonly [string, unknown])[]): Buffer {
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([sized(116, sorted.length), ...sorted.flatMap(([name, value]) => [atom(name), term(value)])]);
}
