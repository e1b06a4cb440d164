import { inspect } from 'node:util';
import type { OptionCheck } from './option-check.ts';

/** Options whose value no message may show: keys, and addresses, in which people put keys. */
const SECRETS: ReadonlySet<string> = new Set(['secretKey', 'signingKey', 'url', 'key']);

/**
 * Checks options as a whole; one that is left out or undefined is not looked at unless it is `required`.
 *
 * @param owner name of the function whose options they are
 * @throws {TypeError} naming every option that does not exist, is missing or whose value is of the wrong type
 * @throws {RangeError} when all that is wrong are values out of range
 */
export function checkOptions(
  owner: string,
  options: unknown,
  checks: Readonly<Record<string, OptionCheck>>,
  required: readonly string[] = [],
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`${owner}: expected an object of options`);
  const known = Object.keys(checks);
  const complaints: string[] = [];
  let isRangeOnly = true;
  for (const name of required.filter((key) => Reflect.get(options, key) === undefined)) {
    isRangeOnly = false;
    complaints.push(`${owner}: option '${name}' is missing: expected ${checks[name]?.expected}`);
  }
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) {
      isRangeOnly = false;
      // The value stays unsaid: a mistyped `secretKye` holds one.
      complaints.push(`${owner} has no option '${name}'; there are ${known.join(', ')}`);
    } else if (value !== undefined && !check.fits(value)) {
      isRangeOnly &&= check.isRange?.(value) ?? false;
      complaints.push(`${owner}: option '${name}' is ${shown(name, value)}: expected ${check.expected}`);
    }
  }
  if (complaints.length === 0) return;
  const message = complaints.join('\n');
  throw isRangeOnly ? new RangeError(message) : new TypeError(message);
}

/** Shows a value in a message: short, on one line, and never a secret. */
function shown(name: string, value: unknown): string {
  if (SECRETS.has(name)) return 'not shown';
  return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 80, maxArrayLength: 8 });
}
