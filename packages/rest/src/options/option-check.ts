import { inspect } from 'node:util';
import { nearestName } from './nearest-name.ts';

/** Throws a `TypeError` or `RangeError` naming the option when the value is wrong. */
export type OptionCheck = (name: string, value: unknown) => void;

/** Checks each given option by name; an option left out or undefined is not looked at. */
export function checkOptions(owner: string, options: unknown, checks: Readonly<Record<string, OptionCheck>>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${owner}: expected an object of options, got ${show(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) {
      const nearest = nearestName(name, Object.keys(checks));
      // The value of an unknown name stays unsaid: a mistyped `tokn` holds a token.
      throw new TypeError(
        `${owner}: unknown option "${name}"${nearest === undefined ? '' : `, did you mean "${nearest}"?`}`,
      );
    }
    check(`${owner}: ${name}`, value);
  }
}

/** Accepts whole numbers from `least` to `most`. */
export function wholeNumber(least: number, most: number, unit = ''): OptionCheck {
  const expected = `expected a whole number from ${least} to ${most}${unit === '' ? '' : ` ${unit}`}`;
  return (name, value) => {
    if (typeof value !== 'number') throw new TypeError(`${name}: ${expected}, got ${show(value)}`);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new RangeError(`${name}: ${expected}, got ${value}`);
    }
  };
}

/** Accepts functions. */
export const isFunction: OptionCheck = (name, value) => {
  if (typeof value !== 'function') throw new TypeError(`${name}: expected a function, got ${show(value)}`);
};

/** Accepts objects that have all these methods. */
export function hasMethods(...methods: readonly string[]): OptionCheck {
  return (name, value) => {
    const complete =
      typeof value === 'object' &&
      value !== null &&
      methods.every((key) => typeof Reflect.get(value, key) === 'function');
    if (!complete) throw new TypeError(`${name}: expected an object with the methods ${methods.join(', ')}`);
  };
}

/** Accepts strings of one character or more. */
export const isText: OptionCheck = (name, value) => {
  if (typeof value !== 'string' || value === '') throw new TypeError(`${name}: expected a string, got ${show(value)}`);
};

/** A value as an error message prints it: short, on one line. */
export function show(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 80 });
}
