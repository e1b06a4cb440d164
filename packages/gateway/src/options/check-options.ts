import { inspect } from 'node:util';
import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { dataShape, methodShape } from './gateway-schema.ts';

/** Options whose value no message may show. */
const SECRETS: ReadonlySet<string> = new Set(['token', 'secretKey']);

/** Shows a value in a message: short, and never a secret. */
function shown(name: string, value: unknown): string {
  if (SECRETS.has(name)) return `a ${typeof value} (hidden)`;
  // Of an object only the names: given where a REST manager belongs, its options have a token among them.
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return `{ ${Object.keys(value).join(', ')} }`;
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 80, maxArrayLength: 8 });
}

function unknownOption(name: string, known: readonly string[]): string {
  const nearest = closest(name, known);
  const near = distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, name.length / 3);
  return `createGatewayManager has no option '${name}'${near ? `; did you mean '${nearest}'?` : ''}`;
}

/** Names of the options inside options: `timings.helloTimeoutMs`. */
function namesWithin(shape: Readonly<Record<string, z.ZodType>>): string[] {
  return Object.entries(shape).flatMap(([name, type]) =>
    type instanceof z.ZodObject ? Object.keys(type.shape).map((key) => `${name}.${key}`) : [],
  );
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
  const known = [...Object.keys(dataShape), ...namesWithin(dataShape), ...methodNames];
  let rangeOnly = true;
  const complaints = result.error.issues.flatMap((issue) => {
    rangeOnly &&= issue.code === 'too_small' || issue.code === 'too_big';
    const name = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => unknownOption(name === '' ? key : `${name}.${key}`, known));
    return [`option '${name}' is ${shown(String(issue.path[0]), valueAt(options, issue.path))}: ${issue.message}`];
  });
  const message = complaints.join('\n');
  throw rangeOnly ? new RangeError(message) : new TypeError(message);
}
