import { z } from 'zod';

/** Any function: what it takes and gives shows when it is called. */
export const anyFunction: z.ZodType = z.custom((value) => typeof value === 'function', 'expected a function');

/** True or false. */
export const flag: z.ZodType = z.boolean('expected true or false');

/** A text of one character or more. */
export const text: z.ZodType = matching(/^[^]+$/, 'expected a text of one character or more');

/** A text that fits a pattern; `expected` says in words which. */
function matching(pattern: RegExp, expected: string): z.ZodType {
  return z.string(expected).regex(pattern, expected);
}

/** A whole number of at least `least`. */
export const count = (least: number): z.ZodType => wholeNumber(least);

/** A whole number in a range; a wrong one is told the range and its unit. */
function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER, unit = ''): z.ZodType {
  const unitWord = unit === '' ? '' : ` ${unit}`;
  const range =
    most === Number.MAX_SAFE_INTEGER ? `of ${least}${unitWord} or more` : `from ${least} to ${most}${unitWord}`;
  const expected = `expected a whole number ${range}`;
  return z.int(expected).min(least, expected).max(most, expected);
}

/** A duration, as far as Node's timers go. */
export const milliseconds = (least: number, most: number = 2 ** 31 - 1): z.ZodType => wholeNumber(least, most, 'ms');

/** One of a few words. */
export function oneOf(...words: readonly string[]): z.ZodType {
  return z.enum(words, `expected ${words.map((word) => `'${word}'`).join(' or ')}`);
}

/** An object with these methods. */
export function port(...methods: readonly string[]): z.ZodType {
  const fits = (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    methods.every((name) => typeof Reflect.get(value, name) === 'function');
  return z.custom(fits, `expected an object with the methods ${methods.join(', ')}`);
}

/** A clock, as the gateway has one. */
export const clockPort: z.ZodType = port('now', 'wallTime', 'setTimer', 'clearTimer');
