import { inspect } from 'node:util';
import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { dataShape, methodShape } from './gateway-schema.ts';

/** Options whose value no message may show. */
const SECRETS: ReadonlySet<string> = new Set(['token', 'secretKey']);

/** Shows a value in a message: short, and never a secret. */
function shown(name: string, value: unknown): string {
  if (SECRETS.has(name)) return `a ${typeof value} (hidden)`;
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 80, maxArrayLength: 8 });
}

function unknownOption(name: string, known: readonly string[]): string {
  const nearest = closest(name, known);
  const near = distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, name.length / 3);
  return `createGatewayManager has no option '${name}'${near ? `; did you mean '${nearest}'?` : ''}`;
}

function valueAt(options: object, path: readonly PropertyKey[]): unknown {
  let value: unknown = options;
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return value;
}

/**
 * Checks options as a whole.
 *
 * @throws {TypeError} naming every option that does not exist (with the nearest name that does) or whose value is of the wrong type
 * @throws {RangeError} when all that is wrong are values out of range
 */
export function checkOptions(options: object, methodNames: readonly string[]): void {
  const methods = Object.fromEntries(methodNames.map((name) => [name, methodShape]));
  const schema = z.strictObject({ ...dataShape, ...methods }).partial();
  const result = schema.safeParse(options);
  if (result.success) return;
  const known = [...Object.keys(dataShape), ...methodNames];
  let rangeOnly = true;
  const complaints = result.error.issues.flatMap((issue) => {
    rangeOnly &&= issue.code === 'too_small' || issue.code === 'too_big';
    if (issue.code === 'unrecognized_keys' && issue.path.length === 0)
      return issue.keys.map((name) => unknownOption(name, known));
    const name = issue.path.map(String).join('.');
    return [`option '${name}' is ${shown(String(issue.path[0]), valueAt(options, issue.path))}: ${issue.message}`];
  });
  const message = complaints.join('\n');
  throw rangeOnly ? new RangeError(message) : new TypeError(message);
}
