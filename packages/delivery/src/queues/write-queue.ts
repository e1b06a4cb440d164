/** Lets one piece of work write at a time, in the order they were given. */
export interface WriteQueue {
  /**
   * Runs `work` when it is its turn. Rejects at once when the signal aborts or the queue is closed; work that has begun goes on, and holds the
   * turn, to its end.
   */
  run(signal: AbortSignal, work: () => Promise<void>): Promise<void>;
  /** Rejects everything that is waiting or under way. */
  close(): void;
}

/** Creates an empty queue. */
export function createWriteQueue(): WriteQueue {
  let tail = Promise.resolve();
  const giveUps = new Set<(reason: Error) => void>();
  let isClosed = false;

  return {
    run: (signal, work) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(new Error('the sink was closed'));
        let over = signal.aborted;
        const settle = (error?: Error): void => {
          over = true;
          giveUps.delete(settle);
          signal.removeEventListener('abort', onAbort);
          if (error === undefined) resolve();
          else reject(error);
        };
        const onAbort = (): void => settle(new Error('given up', { cause: signal.reason }));
        if (over) return onAbort();
        giveUps.add(settle);
        signal.addEventListener('abort', onAbort, { once: true });
        tail = tail.then(async () => {
          if (over) return;
          try {
            await work();
            settle();
          } catch (error) {
            settle(error instanceof Error ? error : new Error(String(error)));
          }
        });
      }),
    close: () => {
      isClosed = true;
      for (const giveUp of giveUps) giveUp(new Error('the sink was closed'));
    },
  };
}
