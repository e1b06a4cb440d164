import type { Clock, Random } from '@shardgate/gateway';
import { MAX_RETRY_AFTER_MS, REFUSED, RETRY, RETRY_AFTER_JITTER_MS, TELL_AFTER_FAILURES } from './defaults.ts';
import type { Poster, StatusMessage } from './post.ts';
import { wait } from './wait.ts';

/** Until when nothing may be posted anywhere, in the clock's milliseconds: Discord's global limit. */
export interface GlobalHold {
  until: number;
}

/** What posting needs besides the message. */
export interface AttemptsOptions {
  readonly poster: Poster;
  readonly hold: GlobalHold;
  readonly clock: Clock;
  readonly random: Random;
  readonly onProblem: (text: string) => void;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** Posts one message: again and again until it is posted or refused. Resolves to whether it was posted. */
export type PostAtLast = (message: StatusMessage) => Promise<boolean>;

/** Creates the way to one target. It remembers refusals, after which it waits before the next message. */
export function createPostAtLast(options: AttemptsOptions): PostAtLast {
  const { poster, hold, clock, random, onProblem, signal } = options;
  let refusals = 0;
  let restUntil = 0;

  const refused = (text: string): void => {
    refusals += 1;
    const restMs = Math.min(REFUSED.capMs, REFUSED.firstMs * 2 ** (refusals - 1));
    restUntil = clock.now() + restMs;
    // One word a streak: whoever has to mend it knows.
    if (refusals > 1) return;
    onProblem(
      `status messages are refused and were dropped: ${text}; check the target and its permissions (next try in ${restMs / 1_000} s, then at longer and longer intervals)`,
    );
  };

  return async (message) => {
    for (let failures = 1; ; failures++) {
      // The hold can grow while it is waited for.
      while (!signal.aborted && clock.now() < Math.max(hold.until, restUntil)) {
        await wait(clock, Math.max(hold.until, restUntil) - clock.now(), signal);
      }
      if (signal.aborted) return false;
      const outcome = await poster.post(message, signal);
      if (outcome.kind === 'posted') {
        refusals = 0;
        return true;
      }
      if (signal.aborted) return false;
      if (outcome.kind === 'refused') {
        refused(outcome.text);
        return false;
      }
      const { retryAfterMs, global, text } = outcome;
      if (failures === TELL_AFTER_FAILURES) {
        onProblem(`status messages are late: ${text}; posting is tried again until it works`);
      }
      const waitMs =
        retryAfterMs === undefined
          ? random() * Math.min(RETRY.capMs, RETRY.firstMs * 2 ** Math.min(failures - 1, 16))
          : Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) + random() * RETRY_AFTER_JITTER_MS;
      if (global) hold.until = Math.max(hold.until, clock.now() + waitMs);
      await wait(clock, waitMs, signal);
    }
  };
}
