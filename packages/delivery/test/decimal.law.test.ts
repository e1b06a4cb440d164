import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeDecimal } from '../src/records/decimal.ts';

function written(number: number): string {
  const target = Buffer.alloc(24, '?');
  const end = writeDecimal(number, target, 3);
  expect(target.toString('latin1', 0, 3)).toBe('???');
  expect(target[end]).toBe(0x3f);
  return target.toString('latin1', 3, end);
}

test('a whole number is written as JSON writes it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeNat(), fc.nat()), (number) => {
      expect(written(number)).toBe(String(number));
    }),
    { numRuns: 20_000 },
  );
});

test('so are those where a digit is added or a half begins with zeros', () => {
  for (let power = 1; power < Number.MAX_SAFE_INTEGER; power *= 10)
    for (const number of [power - 1, power, power + 1]) expect(written(number)).toBe(String(number));
  expect(written(Number.MAX_SAFE_INTEGER)).toBe('9007199254740991');
  expect(written(7_000_000_001)).toBe('7000000001');
});
