import type { TimerHandle } from '@shardgate/gateway';
import type { Operation, Replaced } from '../operation.ts';
import type { State } from '../state.ts';
import type { AsynchronousStore, SynchronousStore } from '../store.ts';
import { tell } from '../tell.ts';
import { createMissingGuilds } from './missing-guilds.ts';
import { rebuildOperations } from './rebuild-operations.ts';
import { createWriteQueue, finish, finishAll, weightOf, type QueuedWrite } from './write-queue.ts';
import type { Writer } from './writer.ts';

/** Operations of one call of a store, as long as one event has no more. */
const BATCH = 1_000;
/** Doublings after which the wait between two tries no longer grows. */
const MAX_DOUBLINGS = 24;

type Settings = Pick<
  State,
  'events' | 'clock' | 'random' | 'waitMs' | 'maxQueuedOperations' | 'storeTimeoutMs' | 'backOff'
>;

/**
 * Writer of a store that answers by promises: one call at a time, and in it all that has gathered meanwhile.
 *
 * A write that is not confirmed within `waitMs`, or a call that fails, makes the store stale: from then on nobody waits for it. What comes is queued, and the call is tried again with a growing wait. With
 * more than `maxQueuedOperations` the queue is dropped; the store is then rebuilt from `source` when it answers again, or, without one, lacks what it lacks until Discord has sent each guild concerned again.
 */
export function createQueuedWriter(
  settings: Settings,
  store: AsynchronousStore,
  source: SynchronousStore | undefined,
): Writer {
  const { clock, random } = settings;
  const queue = createWriteQueue();
  const missing = createMissingGuilds();
  /** Writes of the call that is under way. */
  let waiting: readonly QueuedWrite[] = [];
  let rebuild: Generator<readonly Operation[], undefined> | undefined;
  let mustRebuild = false;
  let isStale = false;
  let isBusy = false;
  let failures = 0;
  let dropped = 0;
  let waitTimer: TimerHandle;
  let retryTimer: TimerHandle;
  let isEnded = false;
  let onIdle: (() => void) | undefined;

  function write(operations: readonly Operation[]): undefined | Promise<readonly Replaced[] | undefined> {
    if (isEnded) return undefined;
    if (isLosing()) return lose(operations);
    if (queue.operations > 0 && queue.operations + weightOf(operations) > settings.maxQueuedOperations) {
      overflow();
      return lose(operations);
    }
    if (isStale) {
      queue.push({ operations, since: clock.now(), done: undefined });
      pump();
      return undefined;
    }
    return new Promise((done) => {
      queue.push({ operations, since: clock.now(), done });
      if (waitTimer === undefined) watch(settings.waitMs);
      pump();
    });
  }

  /** Until the store answers again there is no end to what would be dropped. */
  function isLosing(): boolean {
    return mustRebuild || (source === undefined && dropped > 0 && failures > 0);
  }

  function overflow(): void {
    markStale(new Error(`more than ${settings.maxQueuedOperations} operations wait for it`));
    // One stays: by it the store shows that it is back.
    const [probe, ...lost] = queue.drop();
    if (probe !== undefined) queue.push(probe);
    for (const each of lost) lose(each.operations);
    tell(settings, 'overflow', { store: store.name, operations: dropped });
  }

  function lose(operations: readonly Operation[]): undefined {
    dropped += weightOf(operations);
    rebuild = undefined;
    mustRebuild = source !== undefined;
    if (source === undefined) missing.dropped(operations);
  }

  /** One timer for the oldest write that somebody waits for. */
  function watch(delayMs: number): void {
    waitTimer = clock.setTimer(() => {
      waitTimer = undefined;
      const oldest = waiting[0] ?? queue.oldest;
      if (isStale || oldest === undefined) return;
      const leftMs = oldest.since + settings.waitMs - clock.now();
      if (leftMs > 0) watch(leftMs);
      else markStale(new Error(`it did not confirm a write within ${settings.waitMs} ms`));
    }, delayMs);
  }

  function markStale(error: unknown): void {
    if (isStale) return;
    isStale = true;
    tell(settings, 'stale', { store: store.name, error });
    for (const each of [...waiting, ...queue]) finish(each, undefined);
  }

  function pump(): void {
    if (isBusy || retryTimer !== undefined || isEnded) return;
    if (rebuild !== undefined) nextStep();
    if (retryTimer !== undefined) return;
    if (queue.oldest === undefined) return nothingLeft();
    isBusy = true;
    waiting = queue.take(BATCH);
    const operations = waiting.flatMap((each) => each.operations);
    call(operations).then(succeeded, failed);
  }

  function call(operations: readonly Operation[]): Promise<readonly Replaced[]> {
    return new Promise((resolve, reject) => {
      const timer = clock.setTimer(
        () => reject(new Error(`it did not answer within ${settings.storeTimeoutMs} ms`)),
        settings.storeTimeoutMs,
      );
      // A store may throw where it should reject.
      Promise.resolve()
        .then(() => store.apply(operations))
        .then(resolve, reject)
        .finally(() => clock.clearTimer(timer));
    });
  }

  function succeeded(replaced: readonly Replaced[]): void {
    isBusy = false;
    failures = 0;
    const batch = waiting;
    waiting = [];
    finishAll(batch, replaced);
    for (const each of batch) missing.written(each.operations);
    if (mustRebuild) beginRebuild();
    pump();
  }

  function failed(error: unknown): void {
    isBusy = false;
    if (isEnded) return onIdle?.();
    failures++;
    queue.putBack(waiting);
    waiting = [];
    markStale(error);
    retryLater(() => {});
  }

  function retryLater(first: () => void): void {
    const { baseMs, capMs } = settings.backOff;
    const delayMs = random() * Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, MAX_DOUBLINGS));
    retryTimer = clock.setTimer(() => {
      retryTimer = undefined;
      first();
      pump();
    }, delayMs);
  }

  function beginRebuild(): void {
    if (source === undefined) return;
    mustRebuild = false;
    rebuild = rebuildOperations(source);
    tell(settings, 'rebuild', { store: store.name, source: source.name });
  }

  /** The next objects of the source, behind what is queued, so that later changes come after them. */
  function nextStep(): void {
    try {
      while (rebuild !== undefined && queue.operations < BATCH) {
        const next = rebuild.next();
        if (next.done === true) rebuild = undefined;
        else if (next.value.length > 0) queue.push({ operations: next.value, since: clock.now(), done: undefined });
      }
    } catch (error) {
      // The source cannot be read: all over again, after a while.
      rebuild = undefined;
      mustRebuild = true;
      failures++;
      tell(settings, 'error', { where: `rebuild of ${store.name}`, error });
      retryLater(beginRebuild);
    }
  }

  function nothingLeft(): void {
    onIdle?.();
    if (!isStale || mustRebuild || missing.size > 0) return;
    isStale = false;
    dropped = 0;
    tell(settings, 'current', { store: store.name });
  }

  return {
    write,
    end(deadlineMs) {
      return new Promise((resolve) => {
        const end = (): void => {
          isEnded = true;
          onIdle = undefined;
          for (const handle of [timer, retryTimer, waitTimer]) clock.clearTimer(handle);
          for (const each of [...waiting, ...queue.drop()]) finish(each, undefined);
          resolve();
        };
        const timer = clock.setTimer(end, deadlineMs);
        onIdle = end;
        if (!isBusy && queue.oldest === undefined) end();
        else pump();
      });
    },
    report: () => ({
      ...store.status(),
      name: store.name,
      isStale,
      queuedOperations: queue.operations + waiting.reduce((sum, each) => sum + weightOf(each.operations), 0),
      droppedOperations: dropped,
    }),
  };
}
