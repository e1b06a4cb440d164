/** A promise whose rejection does not end the process when nobody looks at it. */
export function contained<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
