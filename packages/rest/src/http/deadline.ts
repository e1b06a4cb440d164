import type { Clock } from '../ports/clock.ts';

/** A limit of time on one call. */
export interface Deadline {
  /** Aborts when the time is up, or when the caller's signal does. */
  readonly signal: AbortSignal;
  /** Rejects with the signal's reason when it aborts; else stays pending, so it is only for `Promise.race`. */
  readonly passed: Promise<never>;
  /** Ends it early, with a reason. */
  abort(reason: Error): void;
  /** Forgets the timer and the caller's signal. Must be called when the call has ended. */
  clear(): void;
}

/**
 * Starts a deadline. `expired` makes the reason when the time is up, `aborted` when the caller's signal aborts. Without
 * `timeoutMs` there is no timer.
 */
export function startDeadline(
  clock: Clock,
  timeoutMs: number | undefined,
  reasons: { expired: () => Error; aborted: (signal: AbortSignal) => Error },
  caller?: AbortSignal,
): Deadline {
  const controller = new AbortController();
  const timer =
    timeoutMs === undefined ? undefined : clock.setTimer(() => controller.abort(reasons.expired()), timeoutMs);
  const follow = (): void => {
    if (caller !== undefined) controller.abort(reasons.aborted(caller));
  };
  if (caller?.aborted === true) follow();
  else caller?.addEventListener('abort', follow, { once: true });
  const passed = rejectOnAbort(controller.signal);
  return {
    signal: controller.signal,
    passed,
    abort: (reason) => controller.abort(reason),
    clear: () => {
      clock.clearTimer(timer);
      caller?.removeEventListener('abort', follow);
    },
  };
}

/** A promise for `Promise.race` that rejects with the signal's reason once it aborts. */
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  const passed = new Promise<never>((_, reject) => {
    const fail = (): void => reject(signal.reason);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
  // Nobody may be racing yet, or any more; that is not an unhandled failure.
  passed.catch(() => undefined);
  return passed;
}
