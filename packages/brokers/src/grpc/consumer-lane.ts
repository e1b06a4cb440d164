import type { Batch, LaneKey } from '@shardgate/delivery';

/** What a lane asks of the consumer that has it. */
export interface LaneOwner {
  /** Has the consumer sent a batch. Gives the offset of the last record that it was sent, -1 when it wants none of them; undefined when there is no room now. */
  send(batch: Batch): number | undefined;
  /** The delivery has given up on what was sent: the consumer does not answer. */
  unanswered(): void;
}

/** One lane's batches between the delivery and the consumer that has the lane. */
export interface ConsumerLane<Owner extends LaneOwner> {
  readonly key: LaneKey;
  owner: Owner | undefined;
  /** On its way to another consumer: nothing new is sent, what was sent is still acknowledged. */
  isHandedOn: boolean;
  /** Whether all that was sent is acknowledged. */
  readonly isSettled: boolean;
  readonly isEmpty: boolean;
  push(batch: Batch): Promise<void>;
  /** Sends the next batch. False when there is none, or it may not be sent now. */
  sendNext(): boolean;
  /** Whether there is something to send. */
  readonly hasMore: boolean;
  acknowledge(offset: number): void;
  /** Gives everything back to the delivery. */
  giveBack(error: Error): void;
}

/** A batch that waits for its acknowledgement. */
interface Pending {
  readonly batch: Batch;
  /** Undefined before it is sent. */
  lastSent: number | undefined;
  settle(error?: Error): void;
}

export function createConsumerLane<Owner extends LaneOwner>(key: LaneKey): ConsumerLane<Owner> {
  let queue: Pending[] = [];
  /** Of the queue. */
  let sent = 0;

  const cut = (from: number, error: Error): void => {
    const dropped = queue.slice(from);
    queue = queue.slice(0, from);
    sent = Math.min(sent, from);
    for (const pending of dropped) pending.settle(error);
  };

  const lane: ConsumerLane<Owner> = {
    key,
    owner: undefined,
    isHandedOn: false,
    get isSettled() {
      return sent === 0;
    },
    get isEmpty() {
      return queue.length === 0;
    },
    get hasMore() {
      return sent < queue.length;
    },
    push: (batch) =>
      new Promise((resolve, reject) => {
        const { signal } = batch;
        const givenUp = (): void => {
          const index = queue.indexOf(pending);
          if (index === -1) return;
          const wasSent = index < sent;
          cut(index, new Error('the delivery gave up on it'));
          if (wasSent) lane.owner?.unanswered();
        };
        const pending: Pending = {
          batch,
          lastSent: undefined,
          settle: (error) => {
            signal.removeEventListener('abort', givenUp);
            if (error === undefined) resolve();
            else reject(error);
          },
        };
        if (signal.aborted) return reject(new Error('the delivery gave up on it'));
        signal.addEventListener('abort', givenUp, { once: true });
        queue.push(pending);
      }),
    sendNext: () => {
      const pending = queue[sent];
      if (pending === undefined || lane.isHandedOn) return false;
      const lastSent = lane.owner?.send(pending.batch);
      if (lastSent === undefined) return false;
      pending.lastSent = lastSent;
      sent++;
      // What the consumer does not want needs no acknowledgement of its own.
      if (lastSent === -1) lane.acknowledge(-1);
      return true;
    },
    acknowledge: (offset) => {
      while (sent > 0) {
        const pending = queue[0];
        if (pending === undefined || pending.lastSent === undefined) return;
        if (pending.lastSent > offset) {
          if (offset >= 0) pending.batch.acknowledge(offset);
          return;
        }
        queue.shift();
        sent--;
        pending.settle();
      }
    },
    giveBack: (error) => cut(0, error),
  };
  return lane;
}
