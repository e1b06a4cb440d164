import type { TimerHandle } from '@shardgate/gateway';
import type { Operation, Replaced } from '../operation.ts';
import type { State } from '../state.ts';
import type { AsynchronousStore, SynchronousStore } from '../store.ts';
import { tell } from '../tell.ts';
import type { HeldShard, HeldShards } from './held-shards.ts';
import { createMissingGuilds } from './missing-guilds.ts';
import { createRebuild } from './rebuild.ts';
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

/** From where a store can get what it lacks. */
export interface RebuildSource {
  /** A store that answers at once; undefined: there is none. */
  readonly store: SynchronousStore | undefined;
  readonly held: Pick<HeldShards, 'all'>;
}

/**
 * Writer of a store that answers by promises: one call at a time, and in it all that has gathered meanwhile.
 *
 * A write that is not confirmed within `waitMs`, or a call that fails, makes the store stale: from then on nobody waits for it. What comes is queued, and the call is tried again with a growing wait. With
 * more than `maxQueuedOperations` the queue is dropped; the store is then rebuilt from `source` when it answers again, or, without one, lacks what it lacks until Discord has sent each guild concerned again. The same for a store that lost its data.
 */
export function createQueuedWriter(
  settings: Settings,
  store: AsynchronousStore,
  { store: source, held }: RebuildSource,
): Writer {
  const { clock, random } = settings;
  const queue = createWriteQueue();
  const missing = createMissingGuilds();
  /** What it never had, as it was without data when it was opened: nothing that would be late. */
  const absent = createMissingGuilds();
  const rebuild = source === undefined ? undefined : createRebuild(source);
  /** Writes of the call that is under way. */
  let waiting: readonly QueuedWrite[] = [];
  /** It has nothing that the source has not seen. */
  let wasEmptied = false;
  let isOverflown = false;
  let isStale = false;
  let isBusy = false;
  let willPump = false;
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
      pumpSoon();
    });
  }

  /** When the rest of a burst of events is there, too: it goes with the same call. */
  function pumpSoon(): void {
    if (isBusy || willPump) return;
    willPump = true;
    queueMicrotask(() => {
      willPump = false;
      pump();
    });
  }

  /** Until the store answers again there is no end to what would be dropped. */
  function isLosing(): boolean {
    return isOverflown || (source === undefined && dropped > 0 && failures > 0);
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
    rebuild?.end();
    isOverflown = rebuild !== undefined;
    missing.dropped(operations);
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
    if (rebuild?.isUnderWay === true) nextSteps();
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
    for (const { operations } of batch) {
      missing.written(operations);
      absent.written(operations);
    }
    if (isOverflown) writeAnew();
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

  /** All that this process holds, from the source; without one it is asked for. */
  function writeAnew(): void {
    isOverflown = false;
    const shards = held.all().map((shard): HeldShard => ({ ...shard, isKnown: shard.isKnown || wasEmptied }));
    if (rebuild === undefined) {
      missing.lost(shards);
    } else {
      missing.rebuilt(shards);
      rebuild.begin(shards);
    }
    tell(settings, 'rebuild', { store: store.name, source: source?.name ?? null });
  }

  function emptied(): void {
    wasEmptied = true;
    // While it is opened nothing has been written, and an overflow has it written anew in any case.
    if (isEnded || isOverflown || held.all().length === 0) return;
    markStale(new Error('it lost its data'));
    writeAnew();
    pump();
  }

  function seen(shard: HeldShard): void {
    if (!wasEmptied || isOverflown) return;
    if (rebuild === undefined) return (isStale ? missing : absent).lost([shard]);
    // The source has nothing of it either.
    if (!shard.isKnown) return;
    markStale(new Error('it was opened without data'));
    if (!rebuild.isUnderWay) tell(settings, 'rebuild', { store: store.name, source: source?.name ?? null });
    rebuild.add(shard);
  }

  /** The next objects of the source, behind what is queued, so that later changes come after them. */
  function nextSteps(): void {
    const most = Math.min(BATCH, settings.maxQueuedOperations / 2);
    try {
      while (queue.operations < most) {
        const operations = rebuild?.next();
        if (operations === undefined) return;
        if (operations.length > 0) queue.push({ operations, since: clock.now(), done: undefined });
      }
    } catch (error) {
      // The source cannot be read: all over again, after a while.
      rebuild?.end();
      isOverflown = true;
      failures++;
      tell(settings, 'error', { where: `rebuild of ${store.name}`, error });
      retryLater(writeAnew);
    }
  }

  function nothingLeft(): void {
    onIdle?.();
    if (!isStale || isOverflown || missing.size > 0 || missing.shardIds.length > 0) return;
    isStale = false;
    dropped = 0;
    tell(settings, 'current', { store: store.name });
  }

  return {
    write,
    emptied,
    seen,
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
      missingGuilds: missing.size + absent.size,
      missingShards: [...new Set([...missing.shardIds, ...absent.shardIds])],
    }),
  };
}
