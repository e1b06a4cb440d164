import type { Batch, DeliveryEvent, DeliveryRecord } from '@shardgate/delivery';

/** What the broker has confirmed of a batch. */
export interface Confirmation {
  readonly batch: Batch;
  /** The record of this index is dealt with. */
  confirm(index: number): void;
  fail(error: Error): void;
  /** The first record that is not dealt with; undefined when all are. */
  readonly next: DeliveryRecord | undefined;
  /** Resolves when the first record is confirmed. */
  readonly first: Promise<void>;
  /** Resolves when all are. */
  readonly done: Promise<void>;
}

/**
 * The lane is told of confirmed records from the first one on, once for all that the broker confirms together; `onConfirmed` of the last event among
 * them.
 */
export function createConfirmation(batch: Batch, onConfirmed: (last: DeliveryEvent) => void): Confirmation {
  const { records } = batch;
  const confirmed = new Uint8Array(records.length);
  let prefix = 0;
  let told = 0;
  let isTelling = false;
  let isOver = false;
  const first = settlement();
  const done = settlement();

  const tell = (): void => {
    isTelling = false;
    const last = records[prefix - 1];
    for (let index = prefix - 1; index >= told; index--) {
      const record = records[index];
      if (record?.kind !== 'event') continue;
      onConfirmed(record);
      break;
    }
    told = prefix;
    if (last !== undefined && !isOver) batch.acknowledge(last.offset);
    if (prefix < records.length || isOver) return;
    isOver = true;
    done.resolve();
  };

  return {
    batch,
    confirm(index) {
      confirmed[index] = 1;
      if (index !== prefix || isOver) return;
      while (confirmed[prefix] === 1) prefix++;
      first.resolve();
      if (isTelling) return;
      isTelling = true;
      queueMicrotask(tell);
    },
    fail(error) {
      if (isOver) return;
      if (isTelling) tell();
      if (isOver) return;
      isOver = true;
      first.reject(error);
      done.reject(error);
    },
    get next() {
      return records[prefix];
    },
    first: first.promise,
    done: done.promise,
  };
}

interface Settlement {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: Error): void;
}

/** A promise of which nobody has to take notice. */
function settlement(): Settlement {
  let resolve = (): void => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<void>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}
