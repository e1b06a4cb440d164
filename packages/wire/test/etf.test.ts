import { describe, expect, it } from 'vitest';
import type { Payload } from '../src/index.ts';
import { decodeEtf, encodeEtf, readEtfPayload } from '../src/index.ts';
import * as term from './erlang-term.ts';
import { wireCode, wireFailure } from './wire-failure.ts';

const decode = (bytes: Buffer): unknown => decodeEtf(term.external(bytes));
/** A message with the term as its data. */
const scan = (bytes: Buffer): Payload => {
  const members = [
    [term.atom('d'), bytes],
    [term.atom('op'), term.smallInteger(11)],
  ] as const;
  return readEtfPayload(term.external(term.map(members)));
};
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const nested = (depth: number): Buffer =>
  Buffer.concat([
    ...Array.from({ length: depth }, () => hex('6c00000001')),
    term.nil,
    ...Array.from({ length: depth }, () => term.nil),
  ]);

describe('decodeEtf', () => {
  it.each<[string, Buffer, unknown]>([
    ['SMALL_INTEGER', term.smallInteger(255), 255],
    ['INTEGER', term.integer(-2), -2],
    ['INTEGER', term.integer(2 ** 31 - 1), 2 ** 31 - 1],
    ['NEW_FLOAT', term.newFloat(-0.1), -0.1],
    ['FLOAT', term.oldFloat('1.50000000000000000000e+00'), 1.5],
    ['FLOAT', term.oldFloat('-2.5e-1'), -0.25],
    ['ATOM', term.atom('MESSAGE_CREATE'), 'MESSAGE_CREATE'],
    ['ATOM in Latin-1', term.atom('\xe9'), 'é'],
    ['SMALL_ATOM', term.smallAtom('\xe9'), 'é'],
    ['ATOM_UTF8', term.atomUtf8('é𝕏'), 'é𝕏'],
    ['SMALL_ATOM_UTF8', term.smallAtomUtf8('é𝕏'), 'é𝕏'],
    ['ATOM nil', term.atom('nil'), null],
    ['SMALL_ATOM null', term.smallAtom('null'), null],
    ['ATOM_UTF8 true', term.atomUtf8('true'), true],
    ['SMALL_ATOM_UTF8 false', term.smallAtomUtf8('false'), false],
    ['BINARY', term.binary('hello'), 'hello'],
    ['BINARY in UTF-8', term.binary('hé𝕏\0"'), 'hé𝕏\0"'],
    ['a long BINARY', term.binary(`${'a'.repeat(500)}é`), `${'a'.repeat(500)}é`],
    ['BINARY that is not UTF-8', term.binary(hex('61ff62')), 'a\ufffdb'],
    ['NIL', term.nil, []],
    ['LIST', term.list([term.smallInteger(1), term.binary('x')]), [1, 'x']],
    ['LIST of nothing', term.list([]), []],
    ['STRING', term.byteString([0, 1, 255]), [0, 1, 255]],
    ['SMALL_TUPLE', term.smallTuple([term.nil, term.smallInteger(3)]), [[], 3]],
    ['LARGE_TUPLE', term.largeTuple([term.smallInteger(3)]), [3]],
    ['SMALL_BIG of 4 bytes', term.smallBig([255, 255, 255, 255]), 2 ** 32 - 1],
    ['SMALL_BIG below 0', term.smallBig([0, 0, 0, 128], 1), -(2 ** 31)],
    ['SMALL_BIG of no bytes', term.smallBig([], 1), 0],
    ['SMALL_BIG of 5 bytes', term.smallBig([0, 0, 0, 0, 1]), '4294967296'],
    ['an id', term.id(175928847299117063n), '175928847299117063'],
    ['the largest id', term.id(2n ** 64n - 1n), '18446744073709551615'],
    ['an id with zeros in the middle', term.id(1_000_000_000_000_000_001n), '1000000000000000001'],
    ['a small id in 8 bytes', term.id(7n), '7'],
    ['SMALL_BIG of 8 bytes below 0', term.smallBig([1, 0, 0, 0, 0, 0, 0, 128], 1), '-9223372036854775809'],
    ['SMALL_BIG of 9 bytes', term.smallBig([0, 0, 0, 0, 0, 0, 0, 0, 1]), '18446744073709551616'],
    ['LARGE_BIG', term.largeBig([...Array.from({ length: 299 }, () => 0), 1]), String(2n ** (8n * 299n))],
    ['MAP', term.map([[term.atom('a'), term.smallInteger(1)]]), { a: 1 }],
    ['MAP with keys of each kind', mapOfAllKeys(), { '1': 1, '-2': 2, '4294967296': 3, b: 4, nil: 5, é: 6 }],
    [
      'MAP with a key twice',
      term.map([
        [term.atom('a'), term.nil],
        [term.binary('a'), term.atom('true')],
      ]),
      { a: true },
    ],
  ])('reads %s', (_tag, bytes, value) => expect(decode(bytes)).toStrictEqual(value));

  it('makes a member of __proto__, under any key', () => {
    for (const key of [term.atom('__proto__'), term.binary('__proto__')]) {
      const value = decode(term.map([[key, term.map([[term.atom('evil'), term.atom('true')]])]]));
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Object.keys(Object(value))).toEqual(['__proto__']);
      expect('evil' in Object(value)).toBe(false);
    }
    expect('evil' in {}).toBe(false);
  });

  it('reads 128 containers inside each other and refuses the next', () => {
    expect(JSON.stringify(decode(nested(128)))).toBe(`${'['.repeat(129)}${']'.repeat(129)}`);
    expect(wireCode(() => decode(nested(129)))).toBe('malformedPayload');
    // The message is a container too.
    expect(JSON.stringify(scan(nested(127)).d)).toHaveLength(256);
    expect(wireCode(() => scan(nested(128)))).toBe('malformedPayload');
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['an unknown tag', hex('ff')],
    ['a process id', hex('67')],
    ['a compressed term', hex('5000000001789c4bcc0400019100c4')],
    ['a list that ends in another byte', term.list([term.nil], Buffer.of(0))],
    ['an improper list', term.list([term.nil], term.smallInteger(1))],
    ['bytes behind the term', Buffer.concat([term.nil, term.nil])],
    ['NaN', hex('467ff8000000000000')],
    ['infinity', hex('46fff0000000000000')],
    ['an old float that is none', term.oldFloat('inf')],
    ['an old float past the largest', term.oldFloat('1.0e999')],
    ['an integer of 1,025 bytes', term.largeBig(Array.from({ length: 1025 }, () => 1))],
    ['a list as a key', term.map([[term.nil, term.nil]])],
    ['a float as a key', term.map([[term.newFloat(1), term.nil]])],
    ['a cut integer', hex('620000')],
    ['a cut float', hex('46000000')],
    ['a cut atom', hex('640005')],
    ['a cut binary', hex('6d0000000561')],
    ['a cut big integer', hex('6e0800ff')],
    ['a cut byte string', hex('6b000561')],
    // What ends a process with erlpack 0.1.4 in it.
    ['erlpack: a tuple of 2,147,483,647', hex('697fffffff')],
    ['erlpack: a list of 2,147,483,647', hex('6c7fffffff6a')],
    ['erlpack: a list of 1,174,405,126', hex('6c460000066a')],
    ['erlpack: a map of 4,294,967,295', hex('74ffffffff6a6a')],
    ['erlpack: 50,000 lists inside each other', nested(50_000)],
    [
      'erlpack: 100,000 maps inside each other',
      Buffer.concat(Array.from({ length: 100_000 }, () => hex('74000000016a'))),
    ],
    ['erlpack: a compressed term that says 4 GiB', hex('50ffffffff789c4bcc0400019100c4')],
    ['a binary of 4 GiB', hex('6dffffffff')],
    ['an integer of 4 GiB', hex('6fffffffff00')],
  ])('refuses %s, as does the scan of a message with it', (_name, bytes) => {
    expect(wireCode(() => decode(bytes))).toBe('malformedPayload');
    expect(wireCode(() => scan(bytes))).toBe('malformedPayload');
  });

  it('refuses another version', () => {
    expect(wireFailure(() => decodeEtf(hex('826a'))).message).toBe(
      'a gateway message in ETF does not begin with 131, which it must, at byte 0',
    );
    expect(wireCode(() => decodeEtf(Buffer.alloc(0)))).toBe('malformedPayload');
  });

  it('refuses more than 4,000,000 values, those of byte strings included', () => {
    const lists = (count: number): Buffer =>
      Buffer.concat([hex('6c'), hex(count.toString(16).padStart(8, '0')), Buffer.alloc(count + 1, term.nil)]);
    expect(decode(lists(3_999_999))).toHaveLength(3_999_999);
    expect(wireCode(() => decode(lists(4_000_000)))).toBe('messageTooLarge');
    expect(wireCode(() => scan(lists(4_000_000)))).toBe('messageTooLarge');
    const bytes = term.byteString(Array.from({ length: 65_535 }, () => 1));
    expect(wireCode(() => decode(term.list(Array.from({ length: 62 }, () => bytes))))).toBe('messageTooLarge');
  });
});

describe('encodeEtf', () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;

  it.each<[unknown, Buffer]>([
    [0, term.smallInteger(0)],
    [-0, term.smallInteger(0)],
    [255, term.smallInteger(255)],
    [256, term.integer(256)],
    [-1, term.integer(-1)],
    [-(2 ** 31), term.integer(-(2 ** 31))],
    [2 ** 31, term.smallBig([0, 0, 0, 128])],
    [-(2 ** 31) - 1, term.smallBig([1, 0, 0, 128], 1)],
    [2 ** 53, term.newFloat(2 ** 53)],
    [1.5, term.newFloat(1.5)],
    [NaN, term.atom('nil')],
    [Infinity, term.atom('nil')],
    [5n, term.smallInteger(5)],
    [2n ** 64n - 1n, term.id(2n ** 64n - 1n)],
    [true, term.atom('true')],
    [false, term.atom('false')],
    [null, term.atom('nil')],
    [undefined, term.atom('nil')],
    ['é', term.binary('é')],
    [[], term.nil],
    [[1, undefined], term.list([term.smallInteger(1), term.atom('nil')])],
    [{ a: 1, gone: undefined, also: () => 1 }, term.map([[term.binary('a'), term.smallInteger(1)]])],
    [new Date(0), term.binary('1970-01-01T00:00:00.000Z')],
    [JSON.parse('{"__proto__":1}'), term.map([[term.binary('__proto__'), term.smallInteger(1)]])],
  ])('writes %s', (value, bytes) => {
    expect(encodeEtf(value).toString('hex')).toBe(term.external(bytes).toString('hex'));
  });

  it('writes a text longer than its first buffer', () => {
    const long = { content: 'x'.repeat(10_000), more: ['é'.repeat(3000)] };
    expect(decodeEtf(encodeEtf(long))).toEqual(long);
  });

  it.each<[string, unknown]>([
    ['a cycle', cycle],
    ['a bigint of 256 bytes', 2n ** 2047n * 2n],
  ])('refuses %s', (_name, value) => expect(wireCode(() => encodeEtf(value))).toBe('unencodableCommand'));
});

function mapOfAllKeys(): Buffer {
  const keys = [
    term.smallInteger(1),
    term.integer(-2),
    term.smallBig([0, 0, 0, 0, 1]),
    term.binary('b'),
    term.atom('nil'),
    term.smallAtomUtf8('é'),
  ];
  return term.map(keys.map((key, index) => [key, term.smallInteger(index + 1)] as const));
}
