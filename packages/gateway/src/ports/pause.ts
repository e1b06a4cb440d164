import type { Clock } from './clock.ts';

/** Resolves after `delayMs`, or as soon as the signal ends the wait. Never rejects. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clock.clearTimer(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(end, delayMs);
    signal.addEventListener('abort', end, { once: true });
  });
}
