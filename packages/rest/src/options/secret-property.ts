/** Gives the value to keep, or throws an error that names the property and does not show the value. */
export type SecretCheck = (name: string, value: unknown) => string;

/**
 * Adds a secret as a property that can be read and assigned but is not enumerable and stands behind an accessor:
 * neither `JSON.stringify`, a spread, `console.log` nor `util.inspect` with `showHidden` shows it.
 */
export function defineSecret<Target extends object, Name extends string>(
  target: Target,
  name: Name,
  value: unknown,
  check: SecretCheck,
): asserts target is Target & Record<Name, string> {
  let secret = check(name, value);
  Object.defineProperty(target, name, {
    configurable: false,
    enumerable: false,
    get: () => secret,
    set: (next: unknown) => {
      secret = check(name, next);
    },
  });
}

/** A bot token, with or without `Bot ` before it; empty when none is given. */
export const tokenSecret: SecretCheck = (name, value) => {
  if (value === undefined || value === '') return '';
  return headerText(name, typeof value === 'string' ? value.replace(/^Bot\s+/i, '') : value);
};

/** The key shared by manager and process; empty when none is given. */
export const keySecret: SecretCheck = (name, value) => {
  if (value === undefined) return '';
  if (value === '') throw new TypeError(`${name}: is empty; give the key or leave the option out`);
  return headerText(name, value);
};

function headerText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`${name}: expected a string, got ${typeof value}`);
  if (!/^[!-~]+$/.test(value)) {
    throw new TypeError(
      `${name}: expected visible ASCII characters without spaces, got ${value.length} characters with others among them`,
    );
  }
  return value;
}
