import type { StreamEvent } from './client-event.ts';

interface Item {
  readonly event: StreamEvent;
  settle(isDone: boolean): void;
}

/** Events that `for await` loops take one by one. */
export interface PullQueue {
  /** Whether a loop was ever begun: from then on every event goes through here. */
  readonly isActive: boolean;
  /** Resolves with true when a loop is done with the event, with false when none will be any more. */
  push(event: StreamEvent): Promise<boolean>;
  /** A loop. Several of them share the events. */
  open(): AsyncIterableIterator<StreamEvent>;
  /** Ends every loop when it asks for its next event; what none has taken is given up. */
  close(): void;
}

export function createPullQueue(): PullQueue {
  const items: Item[] = [];
  /** Loops that wait for an event. */
  const takers: ((item: Item | undefined) => void)[] = [];
  let isActive = false;
  let isClosed = false;

  const take = (): Promise<Item | undefined> => {
    const item = isClosed ? undefined : items.shift();
    if (item !== undefined || isClosed) return Promise.resolve(item);
    return new Promise((resolve) => takers.push(resolve));
  };

  const offer = (item: Item): void => {
    if (isClosed) return item.settle(false);
    const taker = takers.shift();
    if (taker === undefined) items.unshift(item);
    else taker(item);
  };

  return {
    get isActive() {
      return isActive;
    },
    push(event) {
      return new Promise((resolve) => {
        const item: Item = { event, settle: resolve };
        const taker = takers.shift();
        if (isClosed) resolve(false);
        else if (taker === undefined) items.push(item);
        else taker(item);
      });
    },
    open() {
      isActive = true;
      let current: Item | undefined;
      let isOver = false;
      const loop: AsyncIterableIterator<StreamEvent> = {
        [Symbol.asyncIterator]: () => loop,
        async next() {
          current?.settle(true);
          current = undefined;
          if (isOver) return { done: true, value: undefined };
          const item = await take();
          if (item === undefined || isOver) {
            if (item !== undefined) offer(item);
            isOver = true;
            return { done: true, value: undefined };
          }
          current = item;
          return { done: false, value: item.event };
        },
        return() {
          isOver = true;
          // The loop was left with this one, perhaps by an error: it has not said that it is done with it.
          if (current !== undefined) offer(current);
          current = undefined;
          return Promise.resolve({ done: true, value: undefined });
        },
      };
      return loop;
    },
    close() {
      isClosed = true;
      for (const item of items.splice(0)) item.settle(false);
      for (const taker of takers.splice(0)) taker(undefined);
    },
  };
}
