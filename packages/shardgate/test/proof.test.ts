import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countMissing, createNumberRuns, type NumberRuns } from '../src/demo/number-runs.ts';
import { createProof } from '../src/demo/proof.ts';

const numbers = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 });

function runsOf(list: readonly number[]): NumberRuns {
  const runs = createNumberRuns();
  for (const number of list) runs.add(number);
  return runs;
}

describe('a set of numbers kept as runs', () => {
  it('holds what was added in whatever order, and says what is new, as a set does', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const runs = createNumberRuns();
        const set = new Set<number>();
        for (const number of list) {
          expect(runs.add(number)).toBe(!set.has(number));
          set.add(number);
        }
        for (let number = 0; number <= 41; number++) expect(runs.has(number)).toBe(set.has(number));
        for (const [index, [first]] of runs.runs.entries()) {
          if (index > 0) expect(first).toBeGreaterThan((runs.runs[index - 1]?.[1] ?? Infinity) + 1);
        }
      }),
    );
  });

  it('counts what is missing in another one, up to a number, as two sets do', () => {
    fc.assert(
      fc.property(numbers, numbers, fc.integer({ min: 0, max: 45 }), (one, other, most) => {
        const missing = [...new Set(one)].filter((number) => number <= most && !other.includes(number));
        expect(countMissing(runsOf(one), runsOf(other), most)).toBe(missing.length);
      }),
    );
  });

  it('takes the memory of one run for a million numbers in a row', () => {
    const runs = createNumberRuns();
    for (let number = 1; number <= 1_000_000; number++) runs.add(number);
    expect(runs.runs).toEqual([[1, 1_000_000]]);
  });
});

describe('the proof of the demo', () => {
  it('tells what is lost, late, unknown and done twice, each session for itself', () => {
    const proof = createProof();
    for (const id of ['0/2:a:1', '0/2:a:2', '0/2:a:3', '0/2:a:4', '1/2:b:1']) proof.sent(id);
    for (const id of ['0/2:a:1', '0/2:a:3', '0/2:a:3', '0/2:other:7']) proof.handled(id);
    expect(proof.figures()).toEqual({ sent: 5, handled: 3, open: 3, overtaken: 1, unknown: 1, twice: 1 });
    for (const id of ['0/2:a:2', '0/2:a:4', '1/2:b:1']) proof.handled(id);
    expect(proof.figures()).toMatchObject({ open: 0, overtaken: 0 });
  });

  it('takes no id that is none', () => {
    expect(() => createProof().sent('no id')).toThrow("'no id' is no id of an event");
  });
});
