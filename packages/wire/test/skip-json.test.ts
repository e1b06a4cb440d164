import fc from 'fast-check';
import { expect, test } from 'vitest';
import { skipJson } from '../src/skip-json.ts';

const after = fc.constantFrom('', ',"next":1', '}', ']', ',[]');

test('finds the end of every JSON value', () => {
  const law = fc.property(fc.nat(5), fc.jsonValue({ maxDepth: 5 }), after, (before, value, rest) => {
    const text = JSON.stringify(value);
    const bytes = Buffer.from(`${' '.repeat(before)}${text}${rest}`);
    expect(skipJson(bytes, before)).toBe(before + Buffer.byteLength(text));
  });
  fc.assert(law, { numRuns: 5_000 });
});

test('comes to an end on anything, never before the start', () => {
  const noise = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
  const brackets = fc
    .string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', 'a') })
    .map((text) => Buffer.from(text));
  fc.assert(
    fc.property(fc.oneof(noise, brackets), fc.nat(10), (bytes, at) => {
      expect(skipJson(bytes, at)).toBeGreaterThanOrEqual(at);
    }),
    { numRuns: 5_000 },
  );
});
