import type { Clock } from '@shardgate/gateway';
import type { AsynchronousStore, Operation, Replaced, SynchronousStore } from '../src/index.ts';

/** How a {@link laggingStore} behaves; all of it may change while it runs. */
export interface Lag {
  /** Milliseconds before an answer, asked at each call; undefined: it never answers. */
  delayMs: () => number | undefined;
  /** Every `apply` is rejected with it. */
  error?: Error | undefined;
  /** The next `apply` finds nothing there. */
  losesData?: boolean;
  /** Operations of the calls so far. */
  readonly calls?: (readonly Operation[])[];
}

/** A memory store behind a slow, unreliable line; a delay needs the clock. */
export function laggingStore(inner: SynchronousStore, lag: Lag, clock?: Clock): AsynchronousStore {
  let onEmptied: (() => void) | undefined;
  return {
    name: 'far',
    isSynchronous: false,
    async open(context) {
      await inner.open(context);
      if (inner.counts().guild === 0) context.onEmptied?.();
      onEmptied = context.onEmptied;
    },
    async apply(operations): Promise<readonly Replaced[]> {
      lag.calls?.push(operations);
      const delayMs = lag.delayMs();
      if (delayMs === undefined) return new Promise(() => {});
      if (delayMs > 0) await new Promise<void>((resolve) => clock?.setTimer(resolve, delayMs));
      else await Promise.resolve();
      if (lag.error !== undefined) throw lag.error;
      if (lag.losesData === true) {
        lag.losesData = false;
        for (const { ref } of inner.list({ kind: 'guild' })) inner.apply([{ op: 'clearGuild', guildId: ref.id }]);
        onEmptied?.();
      }
      return inner.apply(operations);
    },
    get: async (ref) => inner.get(ref),
    getMany: async (refs) => inner.getMany(refs),
    list: async (query) => inner.list(query),
    counts: async () => inner.counts(),
    status: () => inner.status(),
    close: () => inner.close(),
  };
}
