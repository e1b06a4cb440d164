import { decodeEtf, encodeCommand, encodeEtf, Op } from '@shardgate/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEtfFrameWriter } from '../src/wire/etf-frame.ts';
import { readEtfCommand } from '../src/wire/etf-command.ts';
import { etfTerm } from '../src/wire/etf-term.ts';
import { dispatchFrame, helloFrame } from '../src/wire/frames.ts';

const hexOf = (value: unknown): string => etfTerm(value).toString('hex');
const decoded = (term: Buffer): unknown => decodeEtf(Buffer.concat([Buffer.of(131), term]));

describe('what the server writes', () => {
  it.each<[name: string, value: unknown, hex: string]>([
    ['a byte', 255, '61ff'],
    ['an integer', 256, '6200000100'],
    ['a negative integer', -1, '62ffffffff'],
    ['an integer beyond 32 bits, with as few digits as it has', 2 ** 31, '6e040000000080'],
    ['a time', -1_700_000_000_000, '6e06010068e5cf8b01'],
    ['a float', 12.5, '464029000000000000'],
    ['a number too large for an integer', 1e99, '46547d42aea2879f2e'],
    ['nil', null, '6400036e696c'],
    ['true', true, '64000474727565'],
    ['a text', 'é', '6d00000002c3a9'],
    ['an empty list', [], '6a'],
    ['a list of bytes as a string', [0, 1], '6b00020001'],
    ['another list', [0, 256], '6c00000002610062000001006a'],
    ['a map, sorted, with atoms as keys', { b: 1, a: 2 }, '7400000002640001616102640001626101'],
    ['a key that is an id as a string', { '12': 1 }, '74000000016d0000000231326101'],
    ['a key that cannot be an atom as a string', { é: 1 }, '74000000016d00000002c3a96101'],
    ['an id as an integer', { id: '281474976710656000' }, '740000000164000269646e0800000000000000e803'],
    [
      'ids in a list',
      { role_ids: ['1180000000000000007'] },
      '7400000001640008726f6c655f6964736c000000016e08000700f682bf3360106a',
    ],
    [
      'an id that is too large as a text',
      { id: '99999999999999999999' },
      '740000000164000269646d00000014' + '39'.repeat(20),
    ],
    [
      'digits elsewhere as a text',
      { content: '281474976710656000' },
      '7400000001640007636f6e74656e746d00000012' + Buffer.from('281474976710656000').toString('hex'),
    ],
    [
      'what only sounds like an id as a text',
      { custom_id: '281474976710656000' },
      '7400000001640009637573746f6d5f69646d00000012' + Buffer.from('281474976710656000').toString('hex'),
    ],
  ])('%s', (_name, value, hex) => {
    expect(hexOf(value)).toBe(hex);
  });

  it('a dispatch is a map with the keys d, op, s, t, of which t is an atom', () => {
    const write = createEtfFrameWriter();
    const bytes = write(dispatchFrame('TYPING_START', 3, '{"a":[]}')) as Buffer;
    expect(bytes.toString('latin1')).toBe(
      '\x83t\0\0\0\x04' +
        'd\0\x01dt\0\0\0\x01d\0\x01aj' +
        'd\0\x02opa\0' +
        'd\0\x01sa\x03' +
        'd\0\x01td\0\x0cTYPING_START',
    );
  });

  it('s and t are nil, or left out, of what is no dispatch', () => {
    const write = createEtfFrameWriter();
    const d = { heartbeat_interval: 5, _trace: expect.any(Array) as unknown };
    expect(decodeEtf(write(helloFrame(5, true)))).toEqual({ d, op: 10, s: null, t: null });
    expect(decodeEtf(write(helloFrame(5, false)))).toEqual({ d, op: 10 });
  });

  it('the same and other texts one after another are each written as they are', () => {
    const write = createEtfFrameWriter();
    const bodies = ['{"a":1}', '{"a":1}', '{"a":2}', '{"a":1}'];
    const written = bodies.map((body, index) => decodeEtf(write(dispatchFrame('A', index, body))));
    expect(written).toEqual(bodies.map((body, s) => ({ d: JSON.parse(body) as unknown, op: Op.Dispatch, s, t: 'A' })));
  });

  it('any JSON comes back from a reader, but for the integers that may be ids', () => {
    const asRead = (value: unknown): unknown => {
      if (typeof value === 'number')
        return Number.isSafeInteger(value) && Math.abs(value) > 0xffff_ffff ? String(value) : value;
      if (Array.isArray(value)) return value.map(asRead);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asRead(inner)]));
    };
    const id = fc.bigInt({ min: 0n, max: 2n ** 65n }).map(String);
    const key = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('id', 'guild_id', 'roles', 'user_ids'), id);
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue(),
        id,
        fc.integer(),
        fc.maxSafeInteger(),
        tie('map'),
        tie('list'),
      ),
      map: fc.dictionary(key, tie('value')),
      list: fc.array(tie('value')),
    }));
    fc.assert(
      fc.property(value, (drawn) => {
        const json = JSON.parse(JSON.stringify(drawn)) as unknown;
        expect(decoded(etfTerm(json))).toEqual(asRead(json));
      }),
      { numRuns: 500 },
    );
  });
});

describe('what the server reads', () => {
  it('commands as clients write them: ids as strings or integers, times as numbers', () => {
    const d = {
      token: 'a',
      shard: [0, 1],
      since: 1_700_000_000_000,
      afk: false,
      nothing: null,
      at: 1.5,
      negative: -(2 ** 40),
    };
    expect(readEtfCommand(encodeCommand({ op: 3, d }, 'etf'))).toEqual({ op: 3, d });
    const ids = [1_180_000_000_000_000_007n, '1180000000000000008'];
    expect(readEtfCommand(encodeEtf({ ids, none: [] }))).toEqual({ ids: ids.map(String), none: [] });
  });

  it.each<[name: string, hex: string, reason: RegExp]>([
    ['an atom as a key', '8374000000016400026f706101', /key that is no string/],
    ['an atom as an inner key', '8374000000016d000000016474000000017701616101', /key that is no string/],
    ['a message without version', '6101', /begin with 131/],
    ['more after the end', '83610101', /goes on/],
    ['a message cut off', '836d0000000541', /ends early/],
    ['a map that says it is huge', '8374ffffffff', /ends early/],
    ['a list without an end', '836c0000000161016101', /proper end/],
    ['a float that is no number', '83467ff0000000000000', /no number/],
    ['a tuple', '8368016101', /tag 104/],
  ])('not %s', (_name, hex, reason) => {
    expect(() => readEtfCommand(Buffer.from(hex, 'hex'))).toThrow(reason);
  });

  it('anything else with a RangeError, whatever the bytes are', () => {
    const damaged = fc.tuple(fc.uint8Array({ maxLength: 60 }), fc.nat(200), fc.nat(255));
    const good = encodeCommand(
      { op: 8, d: { guild_id: 1_180_000_000_000_000_007n, shard: [0, 1], list: [1e9, 'a'] } },
      'etf',
    );
    fc.assert(
      fc.property(damaged, ([noise, at, byte]) => {
        const changed = Buffer.from(good);
        changed[at % changed.length] = byte;
        for (const bytes of [Buffer.concat([Buffer.of(131), noise]), changed, good.subarray(0, at)]) {
          try {
            readEtfCommand(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('the deepest message that fits', () => {
    const depth = 600;
    const bytes = Buffer.concat([
      Buffer.of(131),
      Buffer.concat(Array.from({ length: depth }, () => Buffer.of(108, 0, 0, 0, 1))),
      Buffer.of(106),
      Buffer.alloc(depth, 106),
    ]);
    expect(bytes.length).toBeLessThan(4_096);
    expect(Array.isArray(readEtfCommand(bytes))).toBe(true);
  });
});
