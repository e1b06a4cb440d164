import type { Clock, TimerHandle } from '@shardgate/gateway';
import { addToBatch, batchSize, type Batch } from './batch.ts';
import { LONGEST_INTERVALS } from './defaults.ts';
import type { PostAtLast } from './delivery-attempts.ts';
import { messagesOf } from './embeds.ts';
import type { StatusEvent } from './status-event.ts';

/** One target: gathers events and posts them, one batch after the other. */
export interface Outlet {
  add(event: StatusEvent): void;
  /** Posts what there is without waiting for a quiet time. Resolves once nothing is left; stays pending as long as posting fails. */
  flush(): Promise<void>;
  /** Events told and neither posted nor given up. */
  readonly unposted: number;
  /** Forgets everything. */
  end(): void;
}

/** What an outlet needs. */
export interface OutletOptions {
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly nextNonce: () => string;
  readonly postAtLast: PostAtLast;
}

/**
 * Creates an outlet. Two batches exist at most, each of bounded size: the one that is being posted, however long that takes, and the
 * one that gathers meanwhile.
 */
export function createOutlet({ intervalMs, clock, nextNonce, postAtLast }: OutletOptions): Outlet {
  let batch: Batch = new Map();
  let underWay = 0;
  let firstAt = 0;
  let lastAt = 0;
  let timer: TimerHandle;
  let hurried = false;
  let ended = false;
  let waiters: (() => void)[] = [];

  /** Milliseconds until the batch is to be posted: when it was quiet for an interval, or when the first event has waited long enough. */
  const dueInMs = (): number =>
    hurried ? 0 : Math.min(lastAt + intervalMs, firstAt + LONGEST_INTERVALS * intervalMs) - clock.now();

  const look = (): void => {
    clock.clearTimer(timer);
    timer = undefined;
    if (ended || underWay > 0) return;
    if (batch.size === 0) {
      hurried = false;
      for (const done of waiters.splice(0)) done();
      return;
    }
    const dueMs = dueInMs();
    if (dueMs > 0) timer = clock.setTimer(look, dueMs);
    else void postBatch();
  };

  const postBatch = async (): Promise<void> => {
    const messages = messagesOf(batch);
    underWay = batchSize(batch);
    batch = new Map();
    for (const embeds of messages) {
      if (!ended) await postAtLast({ embeds, nonce: nextNonce() });
    }
    underWay = ended ? underWay : 0;
    look();
  };

  return {
    add(event) {
      if (ended) return;
      lastAt = clock.now();
      if (batch.size === 0) firstAt = lastAt;
      addToBatch(batch, event, clock.wallTime());
      // A timer that is set looks again by itself when it fires.
      if (timer === undefined) look();
    },
    flush() {
      if (ended) return Promise.resolve();
      return new Promise((resolve) => {
        hurried = true;
        waiters.push(resolve);
        look();
      });
    },
    get unposted() {
      return batchSize(batch) + underWay;
    },
    end() {
      ended = true;
      clock.clearTimer(timer);
      timer = undefined;
      batch = new Map();
      for (const done of waiters) done();
      waiters = [];
    },
  };
}
