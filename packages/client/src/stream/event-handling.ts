import type { StreamEvent } from './client-event.ts';
import { ClientError } from './client-error.ts';
import { isThenable } from '../thenable.ts';
import { withinTime } from '../time-limit.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { PullQueue } from './pull-queue.ts';

/** What becomes of an event whose handler failed. */
export type HandlerVerdict = 'acknowledge' | 'retry';

/** Decides it, for all events or for each. */
export type OnHandlerError =
  | HandlerVerdict
  | ((error: unknown, event: StreamEvent) => HandlerVerdict | Promise<HandlerVerdict>);

/** Remembers ids beyond the life of the process. May be slow; what throws or rejects is reported, and the event handled. */
export interface SeenStore {
  has(id: string): boolean | Promise<boolean>;
  add(id: string): unknown;
}

export interface EventHandlingOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly timeoutMs: number;
  readonly retryFirstMs: number;
  readonly retryMostMs: number;
  readonly onHandlerError: OnHandlerError;
  readonly seen: SeenStore | undefined;
  readonly pull: PullQueue;
  handle(event: StreamEvent): unknown;
  onFailure(error: unknown, event: StreamEvent): void;
}

/** Has one event handled. */
export interface EventHandling {
  /**
   * Resolves with whether the event is done; false when it was given up because nobody waits for it any more. Just true when it was done
   * at once. Never throws or rejects.
   */
  run(event: StreamEvent, isWanted: () => boolean): boolean | Promise<boolean>;
}

export function createEventHandling(options: EventHandlingOptions): EventHandling {
  const { clock, random, timeoutMs, seen, pull, handle, onFailure } = options;

  const limited = (work: PromiseLike<unknown>): Promise<unknown> =>
    withinTime(
      clock,
      timeoutMs,
      work,
      () => new ClientError('handlerTimeout', `the handler did not settle within ${timeoutMs} ms`),
    );

  const verdict = async (error: unknown, event: StreamEvent): Promise<HandlerVerdict> => {
    const { onHandlerError } = options;
    if (typeof onHandlerError === 'string') return onHandlerError;
    try {
      return (await onHandlerError(error, event)) === 'retry' ? 'retry' : 'acknowledge';
    } catch (failure) {
      onFailure(failure, event);
      return 'acknowledge';
    }
  };

  const isSeen = async (event: StreamEvent): Promise<boolean> => {
    if (seen === undefined || event.id === null) return false;
    try {
      return await seen.has(event.id);
    } catch (error) {
      onFailure(error, event);
      return false;
    }
  };

  const remember = async (event: StreamEvent): Promise<void> => {
    if (seen === undefined || event.id === null) return;
    try {
      await seen.add(event.id);
    } catch (error) {
      onFailure(error, event);
    }
  };

  const pause = (failures: number): Promise<void> => {
    const ceiling = Math.min(options.retryMostMs, options.retryFirstMs * 2 ** failures);
    return new Promise((resolve) => clock.setTimer(resolve, (0.5 + random() / 2) * ceiling));
  };

  /** `first` is the handler's promise when it was called already. */
  const runSlowly = async (
    event: StreamEvent,
    isWanted: () => boolean,
    first?: { readonly work: PromiseLike<unknown> },
  ): Promise<boolean> => {
    if (first === undefined && (await isSeen(event))) return true;
    let { work } = first ?? {};
    for (let failures = 0; ; failures++) {
      try {
        const result: unknown = work ?? handle(event);
        work = undefined;
        if (isThenable(result)) await limited(result);
        break;
      } catch (error) {
        work = undefined;
        onFailure(error, event);
        if ((await verdict(error, event)) === 'acknowledge') break;
        await pause(failures);
        if (!isWanted()) return false;
      }
    }
    if (pull.isActive && !(await pull.push(event))) return false;
    await remember(event);
    return true;
  };

  return {
    run(event, isWanted) {
      if (seen !== undefined) return runSlowly(event, isWanted);
      let result: unknown;
      try {
        result = handle(event);
      } catch (error) {
        return runSlowly(event, isWanted, { work: Promise.reject(error) });
      }
      if (isThenable(result)) return runSlowly(event, isWanted, { work: result });
      return pull.isActive ? runSlowly(event, isWanted, { work: Promise.resolve() }) : true;
    },
  };
}
