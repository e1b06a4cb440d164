/**
 * The same promise, with its rejection looked at: a method that older code calls without awaiting must not end the process
 * with an unhandled rejection. Whoever awaits it still sees it.
 */
export function unattended<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
