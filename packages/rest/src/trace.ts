/** Receives debug lines: a name of what happened, then its fields. `console.log` fits. Never gets a secret. */
export type Debug = (text: string, ...details: unknown[]) => unknown;

/** Calls the user's `debug`; what it throws or rejects with is dropped, because a log line must not fail a request. */
export function trace(debug: Debug, text: string, details: object): void {
  try {
    const result = debug(text, details);
    if (result instanceof Promise) result.catch(() => undefined);
  } catch {
    // See above: the user's log function is not allowed to matter.
  }
}
