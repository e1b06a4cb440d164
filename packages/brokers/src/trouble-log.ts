import type { BackOff, SinkDoor } from '@shardgate/delivery';
import type { Clock } from './ports/clock.ts';
import { TELL_AGAIN_MS } from './defaults.ts';

/** Why nothing can be handed over now: a stable name, and words for the log that hold nothing secret. */
export interface Trouble {
  readonly kind: string;
  readonly words: string;
}

/** One line for a trouble, one when it is over, and none for every try between. */
export interface TroubleLog {
  tell(trouble: Trouble, retryInMs: number): void;
  over(): void;
}

/** Creates a log for one broker, which `what` names without anything secret. */
export function createTroubleLog(
  what: string,
  clock: Clock,
  { capMs }: BackOff,
  report: SinkDoor['report'],
): TroubleLog {
  let told: { readonly kind: string; readonly at: number } | undefined;
  let isOver = true;
  return {
    tell: ({ kind, words }, retryInMs) => {
      const now = clock.now();
      if (told !== undefined && told.kind === kind && now - told.at < TELL_AGAIN_MS) return;
      told = { kind, at: now };
      isOver = false;
      report(
        'error',
        `${what} ${words}; events wait and it is tried again (next in ${Math.round(retryInMs)} ms, at least every ${capMs} ms)`,
      );
    },
    over: () => {
      if (isOver) return;
      isOver = true;
      report('info', `${what} takes events again`);
    },
  };
}
