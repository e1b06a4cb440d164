import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTextPacker } from '../src/memory/packed-text.ts';

const MEMBER = {
  user: {
    username: 'someone',
    public_flags: 64,
    primary_guild: null,
    id: '80351110224678912',
    global_name: 'Søme One 😀',
    discriminator: '0',
    bot: false,
    avatar_decoration_data: null,
    avatar: 'a_8342729096ea3675442027381ff50dfe',
  },
  roles: ['197038439483310086', '613425648685547541'],
  premium_since: '2020-12-30T04:03:36.123456+00:00',
  pending: false,
  nick: null,
  mute: false,
  joined_at: '2015-04-26T06:26:56.936000+00:00',
  flags: 0,
  avatar: '8342729096ea3675442027381ff50dfe',
};

/** Values that are nearly what the packer shortens. */
const nearly = fc.constantFrom(
  '',
  '0',
  '00351110224678912',
  '80351110224678912',
  '12345678901',
  '1234567890',
  '18446744073709551615',
  '9999999999999999999',
  '8342729096EA3675442027381ff50dfe',
  '8342729096ea3675442027381ff50dfe',
  'a_8342729096ea3675442027381ff50dfe',
  '2015-04-26T06:26:56.936000+00:00',
  '0015-04-26T00:00:00.000001+00:00',
  '2015-04-26T06:26:56.936000+01:00',
  '\u0000\u000b\u000cÿĀ😀\ud800',
  'a":"b',
  '\\',
);

describe('a text packer', () => {
  test('gives every JSON text back to the character', () => {
    const packer = createTextPacker();
    const leaf = fc.oneof(
      nearly,
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.oneof(nearly, fc.string()), tie('tree'), { maxKeys: 4 }),
        fc.array(nearly),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.boolean(), (value, spaced) => {
        const text = spaced ? JSON.stringify(value, null, ' ') : JSON.stringify(value);
        expect(packer.unpack(packer.pack(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test('gives texts back that are no JSON', () => {
    const packer = createTextPacker();
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(fc.constantFrom(...Array.from('{["\\,:]}0tn\0\xff'))).map((all) => all.join('')),
        ),
        (text) => {
          expect(packer.unpack(packer.pack(text))).toBe(text);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.for(['0\f', '[1\v,2]', '{"a":1\f}', 'null\0', '["a"\f]', '0\f\u0100', '{"\\\0":1}', '["\\\f"]'])(
    'gives %j back, which only looks like JSON',
    (text) => {
      const packer = createTextPacker();
      expect(packer.unpack(packer.pack(text))).toBe(text);
    },
  );

  test('keeps a member in less than a third of its text, one byte a character', () => {
    const packer = createTextPacker();
    const text = JSON.stringify(MEMBER);
    const packed = packer.pack(text);
    expect(packer.unpack(packed)).toBe(text);
    expect(packed.length).toBeLessThan(text.length * 0.3);
    expect(packed).toMatch(/^[\0-\xff]*$/);
  });

  test('members that differ in their values share a shape', () => {
    const packer = createTextPacker();
    for (const nick of [null, 'a', '😀'])
      for (const roles of [[], ['1'], ['1', '2']]) packer.pack(JSON.stringify({ ...MEMBER, nick, roles }));
    expect(packer.shapes).toBe(1);
  });

  test('learns so many shapes and keeps texts of others as they are', () => {
    const packer = createTextPacker();
    const texts = Array.from({ length: 5_000 }, (_, i) => JSON.stringify({ [`name ${i}`]: i }));
    const packed = texts.map((text) => packer.pack(text));
    expect(packer.shapes).toBe(4_096);
    expect(packed.map((text) => packer.unpack(text))).toEqual(texts);
  });
});
