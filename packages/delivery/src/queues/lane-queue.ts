import { laneName } from '../delivery-record.ts';
import type { LaneKey } from '../delivery-record.ts';

/** Does the work of each lane one piece at a time, in order; lanes do not wait for each other. */
export interface LaneQueue {
  /**
   * Runs `work` after what was given for the lane before. When a piece fails, everything that was waiting behind it fails with it, not run:
   * it may not overtake. What is given afterwards starts anew.
   */
  run(lane: LaneKey, work: () => Promise<void>): Promise<void>;
}

/** Creates an empty queue. */
export function createLaneQueue(): LaneQueue {
  const chains = new Map<string, { tail: Promise<void> }>();

  return {
    run: (lane, work) => {
      const key = laneName(lane);
      const chain = chains.get(key) ?? { tail: Promise.resolve() };
      const result = chain.tail.then(work, () => {
        // Not the failure itself: that one batch was refused says nothing about the next.
        throw new Error('not sent: a batch before it failed');
      });
      chain.tail = result;
      chains.set(key, chain);
      const forget = (): void => {
        if (chains.get(key) === chain) chains.delete(key);
      };
      // Before the caller hears of it, so that what it then sends again begins a new chain.
      result.then(() => {
        if (chain.tail === result) forget();
      }, forget);
      return result;
    },
  };
}
