/** Calls back once everything the event loop has at hand was handled, so that many acknowledgements leave as one. */
export function afterThisTick(callback: () => void): void {
  setImmediate(callback);
}
