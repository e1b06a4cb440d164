import type { Clock } from './ports/clock.ts';

/** Settles as the work does, or rejects with `late()` when the time is up; the work goes on then, unheard. */
export function withinTime<T>(clock: Clock, limitMs: number, work: PromiseLike<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(() => reject(late()), limitMs);
    const end = (finish: () => void): void => {
      clock.clearTimer(timer);
      finish();
    };
    work.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    );
  });
}
