import { WireError } from '../src/index.ts';

/** The WireError that `action` throws; anything else fails the test. */
export function wireFailure(action: () => unknown): WireError {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
  throw new Error(`expected a WireError, got ${String(result)}`);
}

/** Its code alone. */
export function wireCode(action: () => unknown): string {
  return wireFailure(action).code;
}
