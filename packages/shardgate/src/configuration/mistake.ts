import { inspect } from 'node:util';

/** One thing that is wrong with a configuration. */
export interface Mistake {
  /** `shards.total`, or the variable or flag where there is no such value. */
  readonly path: string;
  /** The value as a short text; `hidden` for a secret, `not shown` where it may be one. */
  readonly value: string;
  /** What would be right, as the end of “expected …”. */
  readonly expected: string;
  /** Where the value comes from: a file, `.env: NAME`, `environment: NAME`, `flag --name`, `nowhere`. */
  readonly source: string;
}

/** All that is wrong with a configuration, at once. No secret is in it. */
export class ConfigurationError extends Error {
  override readonly name: string = 'ConfigurationError';
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    const lines = mistakes.map(
      ({ path, value, expected, source }) => `  ${path}: expected ${expected}; it is ${value} (${source})`,
    );
    super(
      `the configuration has ${mistakes.length} ${mistakes.length === 1 ? 'mistake' : 'mistakes'}:\n${lines.join('\n')}`,
    );
    this.mistakes = mistakes;
  }
}

/** A value as a mistake shows it: short, on one line. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  // Of an object only the names: there may be a secret in it.
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return `{ ${Object.keys(value).join(', ')} }`.replace('{  }', '{}');
  return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 80, maxArrayLength: 8 });
}
