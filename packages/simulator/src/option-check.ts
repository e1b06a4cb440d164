import { closest, distance } from 'fastest-levenshtein';
/** What a value has to be. `fits` is asked only when `isType` said yes. */
export interface Expectation {
  readonly expected: string;
  isType(value: unknown): boolean;
  fits(value: unknown): boolean;
}

export type Expectations = Readonly<Record<string, Expectation>>;

export function numberFrom(least: number, most: number = Number.MAX_SAFE_INTEGER): Expectation {
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
  return {
    expected: `a number, ${range}`,
    isType: (value) => typeof value === 'number',
    fits: (value) => (value as number) >= least && (value as number) <= most,
  };
}

export function integerFrom(least: number, most?: number): Expectation {
  const number = numberFrom(least, most);
  return {
    expected: number.expected.replace('a number', 'a whole number'),
    isType: number.isType,
    fits: (value) => Number.isInteger(value) && number.fits(value),
  };
}

function typed(expected: string, isType: (value: unknown) => boolean): Expectation {
  return { expected, isType, fits: () => true };
}

export const boolean: Expectation = typed('true or false', (value) => typeof value === 'boolean');
export const text: Expectation = typed('a string', (value) => typeof value === 'string');
export const callable: Expectation = typed('a function', (value) => typeof value === 'function');
export const object: Expectation = typed('an object', isRecord);

export function oneOf(...values: readonly (string | number)[]): Expectation {
  return {
    expected: `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`,
    isType: (value) => typeof value === 'string' || typeof value === 'number',
    fits: (value) => values.includes(value as string | number),
  };
}

export function nullOr(inner: Expectation): Expectation {
  return {
    expected: `null or ${inner.expected}`,
    isType: (value) => value === null || inner.isType(value),
    fits: (value) => value === null || inner.fits(value),
  };
}

export function either(first: Expectation, second: Expectation): Expectation {
  return {
    expected: `${first.expected}, or ${second.expected}`,
    isType: (value) => first.isType(value) || second.isType(value),
    fits: (value) => (first.isType(value) && first.fits(value)) || (second.isType(value) && second.fits(value)),
  };
}

export function listOf(inner: Expectation): Expectation {
  return {
    expected: `a list, each ${inner.expected}`,
    isType: (value) => Array.isArray(value) && value.every((item) => inner.isType(item)),
    fits: (value) => (value as readonly unknown[]).every((item) => inner.fits(item)),
  };
}

/** A number, or a range of two of which the first is not the larger. */
export function rangeOf(inner: Expectation): Expectation {
  return {
    expected: `[least, most] of which each is ${inner.expected}`,
    isType: (value) => Array.isArray(value) && value.length === 2 && value.every((item) => inner.isType(item)),
    fits: (value) => {
      const [least, most] = value as [number, number];
      return inner.fits(least) && inner.fits(most) && least <= most;
    },
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The known name that was probably meant, if one is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = closest(name, known);
  return distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, name.length / 3) ? nearest : undefined;
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
}

/**
 * Checks every given name and value. `undefined` counts as not given.
 *
 * @throws {TypeError} for an unknown name or a value of the wrong type
 * @throws {RangeError} for a value of the right type that does not fit
 */
export function checkOptions(owner: string, given: unknown, expectations: Expectations): void {
  if (!isRecord(given)) throw new TypeError(`${owner}: got ${show(given)}, expected an object`);
  for (const [name, value] of Object.entries(given)) {
    const expectation = Object.hasOwn(expectations, name) ? expectations[name] : undefined;
    if (expectation === undefined) {
      const near = nearestName(name, Object.keys(expectations));
      throw new TypeError(
        `${owner}: there is no option "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
      );
    }
    if (value === undefined) continue;
    // The token is the one value that must not be shown.
    const shown = name === 'token' ? 'what was given' : show(value);
    if (!expectation.isType(value))
      throw new TypeError(`${owner}: option "${name}" is ${shown}, expected ${expectation.expected}`);
    if (!expectation.fits(value))
      throw new RangeError(`${owner}: option "${name}" is ${shown}, expected ${expectation.expected}`);
  }
}

/** The given values that are not `undefined`. */
export function definedValues<Given extends object>(given: Given): Partial<Given> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<Given>;
}
