import type { Batch } from '@shardgate/delivery';

/** What the broker has confirmed of a batch. */
export interface Confirmation {
  readonly batch: Batch;
  /** The record of this index is dealt with. */
  confirm(index: number): void;
  fail(error: Error): void;
  /** Resolves when the first record is confirmed. */
  readonly first: Promise<void>;
  /** Resolves when all are. */
  readonly done: Promise<void>;
}

/** The lane is told of confirmed records from the first one on, once for all that the broker confirms together. */
export function createConfirmation(batch: Batch): Confirmation {
  const { records } = batch;
  const confirmed = new Uint8Array(records.length);
  let prefix = 0;
  let isTelling = false;
  let isOver = false;
  const first = settlement();
  const done = settlement();

  const tell = (): void => {
    isTelling = false;
    const last = records[prefix - 1];
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
