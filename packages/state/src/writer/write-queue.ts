import type { Operation, Replaced } from '../operation.ts';
import type { Written } from './writer.ts';

/** Operations of one event, or of one step of a rebuild, on their way to a store. */
export interface QueuedWrite {
  readonly operations: readonly Operation[];
  /** Monotonic milliseconds at which it was queued. */
  readonly since: number;
  /** Called once; undefined when nobody waits any more. */
  done: ((written: Written) => void) | undefined;
}

/** Writes in their order, and the operations in them counted, each entry of a list as one. */
export interface WriteQueue {
  readonly operations: number;
  readonly oldest: QueuedWrite | undefined;
  push(write: QueuedWrite): void;
  /** Whole writes with at least one and, if there are more, at most `operations` operations. */
  take(operations: number): QueuedWrite[];
  /** Puts what was taken back in front. */
  putBack(writes: readonly QueuedWrite[]): void;
  /** Takes everything. */
  drop(): QueuedWrite[];
  [Symbol.iterator](): Iterator<QueuedWrite>;
}

export function createWriteQueue(): WriteQueue {
  let writes: QueuedWrite[] = [];
  let head = 0;
  let operations = 0;
  return {
    get operations() {
      return operations;
    },
    get oldest() {
      return writes[head];
    },
    push(write) {
      writes.push(write);
      operations += weightOf(write.operations);
    },
    take(most) {
      const taken: QueuedWrite[] = [];
      let count = 0;
      for (let write = writes[head]; write !== undefined; write = writes[head]) {
        const weight = weightOf(write.operations);
        if (taken.length > 0 && count + weight > most) break;
        taken.push(write);
        count += weight;
        head++;
      }
      operations -= count;
      if (head > 1_024 && head * 2 > writes.length) {
        writes = writes.slice(head);
        head = 0;
      }
      return taken;
    },
    putBack(taken) {
      writes = [...taken, ...writes.slice(head)];
      head = 0;
      for (const write of taken) operations += weightOf(write.operations);
    },
    drop() {
      const dropped = writes.slice(head);
      writes = [];
      head = 0;
      operations = 0;
      return dropped;
    },
    *[Symbol.iterator]() {
      for (let i = head; i < writes.length; i++) {
        const write = writes[i];
        if (write !== undefined) yield write;
      }
    },
  };
}

/** Number of operations, each entry of a list as one. */
export function weightOf(operations: readonly Operation[]): number {
  let weight = 0;
  for (const operation of operations) weight += 'entries' in operation ? operation.entries.length + 1 : 1;
  return weight;
}

/** Ends the wait for a write. */
export function finish(write: QueuedWrite, written: Written): void {
  const { done } = write;
  write.done = undefined;
  done?.(written);
}

/** Gives each write its part of what a batch replaced. */
export function finishAll(batch: readonly QueuedWrite[], replaced: readonly Replaced[]): void {
  let at = 0;
  for (const write of batch) {
    finish(write, replaced.slice(at, at + write.operations.length));
    at += write.operations.length;
  }
}
