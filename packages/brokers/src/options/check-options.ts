import { inspect } from 'node:util';
import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { inWords } from './expectation.ts';

/** Options whose value no message may show: keys, and addresses, in which people put keys. */
const SECRETS: ReadonlySet<PropertyKey> = new Set([
  'secretKey',
  'sasl',
  'url',
  'urls',
  'servers',
  'client',
  'multi',
  'connection',
  'tls',
  'pass',
  'password',
  'token',
]);

/**
 * Checks options as a whole. Unknown names come with the nearest one that is known; their values stay unsaid, since a mistyped `secretKye`
 * holds a secret.
 *
 * @param owner name of the function whose options they are
 * @throws {TypeError} naming every option that does not exist, is missing or whose value is of the wrong type
 * @throws {RangeError} when all that is wrong are values out of range
 */
export function checkOptions(owner: string, options: unknown, shape: Readonly<Record<string, z.ZodType>>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`${owner}: expected an object of options`);
  const result = z.strictObject(shape).safeParse(options);
  if (result.success) return;
  const isRangeOnly = result.error.issues.every(({ code }) => code === 'too_small' || code === 'too_big');
  const complaints = result.error.issues.flatMap((issue) => {
    const name = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => unknownOption(owner, name === '' ? key : `${name}.${key}`, namesOf(shape)));
    return [`${owner}: option '${name}' is ${shown(issue.path, options)}: ${inWords(issue)}`];
  });
  const message = complaints.join('\n');
  throw isRangeOnly ? new RangeError(message) : new TypeError(message);
}

function unknownOption(owner: string, name: string, known: readonly string[]): string {
  const nearest = closest(name, known);
  const isNear = distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, name.length / 3);
  return `${owner} has no option '${name}'${isNear ? `; did you mean '${nearest}'?` : ''}`;
}

/** Names of the options, and of those inside options: `window.events`. */
function namesOf(shape: Readonly<Record<string, z.ZodType>>): string[] {
  return Object.entries(shape).flatMap(([name, type]) => {
    const inner: unknown = type instanceof z.ZodOptional ? type.unwrap() : type;
    return inner instanceof z.ZodObject ? [name, ...Object.keys(inner.shape).map((key) => `${name}.${key}`)] : [name];
  });
}

/** Shows the value at a path in a message: short, on one line, and never a secret. */
function shown(path: readonly PropertyKey[], options: object): string {
  let value: unknown = options;
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  if (value === undefined) return 'missing';
  if (path.some((key) => SECRETS.has(key))) return 'not shown';
  // Of an object only the names: there may be a secret in it.
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return `{ ${Object.keys(value).join(', ')} }`.replace('{  }', '{}');
  return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 80, maxArrayLength: 8 });
}
