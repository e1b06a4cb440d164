/** Makes all calls at once, so that one that fails does not keep the others from the event; rejects with the first failure when all have settled. */
export async function callAll(calls: readonly (() => unknown)[]): Promise<void> {
  for (const result of await Promise.allSettled(calls.map(async (call) => await call())))
    if (result.status === 'rejected') throw result.reason;
}
