/** What an option must be. */
export interface OptionCheck {
  /** In words: "a whole number of 1 or more". */
  readonly expected: string;
  fits(value: unknown): boolean;
  /** Whether a value that does not fit is of the right type, and only out of range. */
  isRange?(value: unknown): boolean;
}

/** Whole numbers in a range. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER, unit = ''): OptionCheck {
  const unitWord = unit === '' ? '' : ` ${unit}`;
  const range =
    most === Number.MAX_SAFE_INTEGER ? `of ${least}${unitWord} or more` : `from ${least} to ${most}${unitWord}`;
  return {
    expected: `a whole number ${range}`,
    fits: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
    isRange: (value) => Number.isSafeInteger(value),
  };
}

/** Functions. */
export const anyFunction: OptionCheck = { expected: 'a function', fits: (value) => typeof value === 'function' };

/** Texts that fit a pattern. */
export function matching(pattern: RegExp, expected: string): OptionCheck {
  return { expected, fits: (value) => typeof value === 'string' && pattern.test(value) };
}

/** Keys: what can stand in a header as it is. */
export const secret: OptionCheck = matching(/^[!-~]+$/, 'visible ASCII characters without spaces');

/** Objects that have all these methods. */
export function port(...methods: readonly string[]): OptionCheck {
  return {
    expected: `an object with the methods ${methods.join(', ')}`,
    fits: (value) =>
      typeof value === 'object' &&
      value !== null &&
      methods.every((name) => typeof Reflect.get(value, name) === 'function'),
  };
}

/** A clock, as the gateway has one. */
export const clockPort: OptionCheck = port('now', 'wallTime', 'setTimer', 'clearTimer');
