import type { Operation } from '../operation.ts';
import type { SynchronousStore } from '../store.ts';
import type { HeldShard } from './held-shards.ts';
import { rebuildOperations } from './rebuild-operations.ts';

/** What is left to write of a store that is written anew. */
export interface Rebuild {
  readonly isUnderWay: boolean;
  /** These shards, from their beginning. */
  begin(shards: readonly HeldShard[]): void;
  /** One more, after those. */
  add(shard: HeldShard): void;
  /** The next operations; undefined when there are none. Throws when the source cannot be read; `begin` is to be called then. */
  next(): readonly Operation[] | undefined;
  /** Gives it up. */
  end(): void;
}

export function createRebuild(source: SynchronousStore): Rebuild {
  let waiting: HeldShard[] = [];
  let steps: Generator<readonly Operation[], undefined> | undefined;
  return {
    get isUnderWay() {
      return steps !== undefined || waiting.length > 0;
    },
    begin(shards) {
      waiting = [...shards];
      steps = undefined;
    },
    add(shard) {
      waiting.push(shard);
    },
    next() {
      while (steps !== undefined || waiting.length > 0) {
        steps ??= rebuildOperations(source, waiting.splice(0));
        const next = steps.next();
        if (next.done !== true) return next.value;
        steps = undefined;
      }
      return undefined;
    },
    end() {
      waiting = [];
      steps = undefined;
    },
  };
}
