import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEtf, encodeEtf, readEtfPayload, WireError } from '../src/index.ts';
import * as term from './erlang-term.ts';
import { compileErlpack } from './erlpack.ts';
import { referenceMessage, referenceValue } from './etf-reference.ts';
import { FUZZ_RUNS, fuzzTimeout, LAW_RUNS } from './fuzz-runs.ts';

const erlpack = compileErlpack();
if (typeof erlpack === 'string') console.warn(`etf.law.test.ts: not compared with erlpack, as ${erlpack}`);

/** Values with one form in ETF; text of whole characters only, as UTF-8 has no others. */
const scalar = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    0,
    255,
    256,
    -1,
    2 ** 31 - 1,
    -(2 ** 31),
    2 ** 31,
    2 ** 32 - 1,
    1.5,
    -1e300,
    5e-324,
  ),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
  fc.string({ unit: 'grapheme', maxLength: 70 }),
  fc.constantFrom('', 'nil', 'true', '\0', '__proto__', '41771983444115456'),
);
// Not `constructor`, by which toStrictEqual would take the type of an object.
const name = fc.oneof(fc.constantFrom('op', 'd', 'id', 'toString', ''), fc.string({ unit: 'grapheme', maxLength: 8 }));
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    scalar,
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(name, tie('value'), { maxKeys: 6 }),
  ),
})).value;

const digits = fc.array(fc.nat({ max: 255 }), { maxLength: 10 });
const text = fc.oneof(
  fc.constantFrom('op', 's', 't', 'd', 'nil', 'null', 'true', 'false', 'READY', '', '__proto__', 'é'),
  fc.string({ maxLength: 12 }),
);
const keyTerm = fc.oneof(
  text.map(term.atom),
  text.map(term.smallAtom),
  text.map(term.atomUtf8),
  text.map(term.smallAtomUtf8),
  text.map((value) => term.binary(value)),
  fc.uint8Array({ maxLength: 6 }).map((bytes) => term.binary(bytes)),
  fc.nat({ max: 255 }).map(term.smallInteger),
  fc.integer().map(term.integer),
  fc.tuple(digits, fc.nat({ max: 1 })).map(([value, sign]) => term.smallBig(value, sign)),
);
const anyTerm = fc.letrec<{ term: Buffer; list: Buffer[] }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    keyTerm,
    fc.double().map(term.newFloat),
    fc.constantFrom('1.5', ' -2.25e+10', '0.0', '1.0e400', 'nan').map(term.oldFloat),
    fc.tuple(digits, fc.nat({ max: 1 })).map(([value, sign]) => term.largeBig(value, sign)),
    fc.constant(term.nil),
    fc.array(fc.nat({ max: 255 }), { maxLength: 5 }).map(term.byteString),
    tie('list').map((elements) => term.list(elements)),
    tie('list').map((elements) => term.smallTuple(elements)),
    tie('list').map((elements) => term.largeTuple(elements)),
    fc.array(fc.tuple(keyTerm, tie('term')), { maxLength: 4 }).map(term.map),
  ),
  list: fc.array(tie('term'), { maxLength: 4 }),
})).term;

const headerKey = (key: string): fc.Arbitrary<Buffer> =>
  fc.constantFrom(term.atom(key), term.smallAtom(key), term.smallAtomUtf8(key), term.binary(key));
const member = fc.oneof(
  fc.tuple(headerKey('d'), anyTerm),
  fc.tuple(headerKey('op'), fc.oneof(fc.constantFrom(term.smallInteger(0), term.smallInteger(10)), anyTerm)),
  fc.tuple(headerKey('s'), fc.oneof(fc.nat().map(term.integer), anyTerm)),
  fc.tuple(headerKey('t'), fc.oneof(text.map(term.atom), anyTerm)),
  fc.tuple(keyTerm, anyTerm),
);
const inOrder = fc
  .tuple(anyTerm, fc.constantFrom(0, 0, 0, 7), fc.nat(), text)
  .map(([d, op, s, t]): [Buffer, Buffer][] => [
    [term.atom('d'), d],
    [term.atom('op'), term.smallInteger(op)],
    [term.atom('s'), term.integer(s)],
    [term.atom('t'), term.atom(t)],
  ]);
/** Discord's four members with others before and behind, or any members. */
const message = fc
  .oneof(
    fc.tuple(inOrder, fc.array(member, { maxLength: 2 })).map(([first, more]) => [...first, ...more]),
    fc.tuple(inOrder, fc.array(member, { maxLength: 2 })).map(([first, more]) => [...more, ...first]),
    fc.array(member, { maxLength: 6 }),
  )
  .map((members) => term.external(term.map(members)));
const damage = fc.array(
  fc.record({ at: fc.nat(), remove: fc.nat({ max: 2 }), insert: fc.uint8Array({ maxLength: 2 }) }),
  { maxLength: 2 },
);
const mutated = fc.tuple(message, damage).map(([bytes, spots]) =>
  spots.reduce((rest, { at, remove, insert }) => {
    const position = at % (rest.length + 1);
    return Buffer.concat([rest.subarray(0, position), insert, rest.subarray(position + remove)]);
  }, bytes),
);

/** The answer, or undefined for a refusal. */
function answerOf<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError && error.code === 'malformedPayload') return undefined;
    throw error;
  }
}

describe('the laws of ETF', () => {
  it(
    `what is written is read again, for ${LAW_RUNS} values`,
    () => {
      fc.assert(
        fc.property(json, (value) => {
          // The law speaks of JSON data: a __proto__ that fast-check makes is a member there too.
          const plain: unknown = JSON.parse(JSON.stringify(value));
          expect(decodeEtf(encodeEtf(plain))).toStrictEqual(plain);
        }),
        { numRuns: LAW_RUNS },
      );
    },
    fuzzTimeout(LAW_RUNS),
  );

  it(
    'bigints are read again as strings or small numbers',
    () => {
      fc.assert(
        fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (value) => {
          expect(String(decodeEtf(encodeEtf({ value })))).toBe('[object Object]');
          expect(decodeEtf(encodeEtf([value]))).toEqual([
            value > -(2n ** 32n) && value < 2n ** 32n ? Number(value) : String(value),
          ]);
        }),
        { numRuns: LAW_RUNS },
      );
    },
    fuzzTimeout(LAW_RUNS),
  );

  it.skipIf(typeof erlpack === 'string')(
    `erlpack and this package read what the other writes, for ${LAW_RUNS} values`,
    () => {
      if (typeof erlpack === 'string') return;
      fc.assert(
        fc.property(json, (value) => {
          const text = JSON.stringify(value);
          // erlpack makes a prototype of __proto__.
          fc.pre(!text.includes('__proto__'));
          const plain: unknown = JSON.parse(text);
          expect(erlpack.unpack(encodeEtf(plain))).toEqual(plain);
          expect(decodeEtf(erlpack.pack(plain))).toEqual(plain);
        }),
        { numRuns: LAW_RUNS },
      );
    },
    fuzzTimeout(LAW_RUNS),
  );

  it(
    'any term is read as by a second, plainer reader',
    () => {
      fc.assert(
        fc.property(anyTerm, (bytes) => {
          const whole = term.external(bytes);
          expect(answerOf(() => ({ value: decodeEtf(whole) }))).toStrictEqual(referenceValue(whole));
        }),
        { numRuns: 2 * LAW_RUNS },
      );
    },
    fuzzTimeout(LAW_RUNS),
  );

  it(
    `the header scan takes what the second reader takes, and gives the same, for ${FUZZ_RUNS} mutated messages`,
    () => {
      let accepted = 0;
      fc.assert(
        fc.property(mutated, (bytes) => {
          const expected = referenceMessage(bytes);
          if (expected !== undefined) accepted++;
          const actual = answerOf(() => readEtfPayload(bytes));
          // Reading the data may not fail once the scan has passed it.
          const found = actual && { op: actual.op, s: actual.s, t: actual.t, d: actual.d };
          expect(found).toStrictEqual(expected);
        }),
        { numRuns: FUZZ_RUNS },
      );
      // The law says something only if both kinds come up often.
      expect(accepted / FUZZ_RUNS).toBeGreaterThan(0.2);
      expect(accepted / FUZZ_RUNS).toBeLessThan(0.8);
    },
    fuzzTimeout(FUZZ_RUNS),
  );
});
