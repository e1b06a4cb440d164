import { laneName } from '@shardgate/delivery';
import type { LaneKey } from '@shardgate/delivery';
import { createConsumerLane, type ConsumerLane, type LaneOwner } from './consumer-lane.ts';

/** A consumer, as far as its lanes go. */
export interface LaneHolder extends LaneOwner {
  readonly lanes: Map<string, ConsumerLane<LaneHolder>>;
  /** Whether it may be given lanes. */
  readonly isTaking: boolean;
  /** The lane is its own from here on (`held`), or not any more. */
  leased(lane: ConsumerLane<LaneHolder>, held: boolean): void;
  /** There is something to send on the lane. */
  wake(lane: ConsumerLane<LaneHolder>): void;
}

/** Spreads the lanes evenly over the consumers, each lane to one at a time. */
export interface LaneShares {
  /** The lane; one that has no consumer is given to that with the fewest. */
  of(key: LaneKey): ConsumerLane<LaneHolder>;
  /** A consumer came: it gets its share of the others' lanes, each once what was sent of it is acknowledged. */
  join(holder: LaneHolder): void;
  /** It wants no more: its lanes go on likewise. */
  retire(holder: LaneHolder): void;
  /** It is gone: what it has not acknowledged goes back to the delivery. */
  leave(holder: LaneHolder, error: Error): void;
  /** Something of a lane was acknowledged: it goes on if it is to. */
  settled(lane: ConsumerLane<LaneHolder>): void;
  forget(key: LaneKey): void;
  /** Gives everything back. */
  clear(error: Error): void;
}

export function createLaneShares(): LaneShares {
  const all = new Map<string, ConsumerLane<LaneHolder>>();
  const holders = new Set<LaneHolder>();

  /** Lanes that a consumer has and keeps. */
  const load = ({ lanes }: LaneHolder): number => {
    let count = 0;
    for (const { isHandedOn } of lanes.values()) if (!isHandedOn) count++;
    return count;
  };

  const assign = (name: string, lane: ConsumerLane<LaneHolder>): void => {
    let best: LaneHolder | undefined;
    for (const holder of holders) {
      if (holder.isTaking && (best === undefined || load(holder) < load(best))) best = holder;
    }
    lane.owner = best;
    lane.isHandedOn = false;
    best?.lanes.set(name, lane);
    best?.leased(lane, true);
  };

  const release = (name: string, lane: ConsumerLane<LaneHolder>): void => {
    const { owner } = lane;
    owner?.lanes.delete(name);
    owner?.leased(lane, false);
    lane.owner = undefined;
  };

  const pass = (name: string, lane: ConsumerLane<LaneHolder>): void => {
    release(name, lane);
    assign(name, lane);
    // Nobody to take it: the delivery keeps it until somebody comes.
    if (lane.owner === undefined) lane.giveBack(new Error('no consumer is connected'));
  };

  const handOn = (name: string, lane: ConsumerLane<LaneHolder>): void => {
    lane.isHandedOn = true;
    if (lane.isSettled) pass(name, lane);
  };

  return {
    of: (key) => {
      const name = laneName(key);
      const lane = all.get(name) ?? createConsumerLane<LaneHolder>(key);
      all.set(name, lane);
      if (lane.owner === undefined) assign(name, lane);
      return lane;
    },
    join: (holder) => {
      holders.add(holder);
      for (const [name, lane] of all) if (lane.owner === undefined) assign(name, lane);
      const taking = [...holders].filter(({ isTaking }) => isTaking).length;
      const share = Math.floor(all.size / taking);
      let missing = share - load(holder);
      for (const [name, lane] of all) {
        if (missing <= 0) return;
        const { owner } = lane;
        if (owner === undefined || owner === holder || lane.isHandedOn || load(owner) <= share) continue;
        handOn(name, lane);
        missing--;
      }
    },
    retire: (holder) => {
      for (const [name, lane] of [...holder.lanes]) handOn(name, lane);
    },
    leave: (holder, error) => {
      holders.delete(holder);
      for (const [name, lane] of [...holder.lanes]) {
        lane.giveBack(error);
        release(name, lane);
      }
    },
    settled: (lane) => {
      if (lane.isHandedOn && lane.isSettled) pass(laneName(lane.key), lane);
    },
    forget: (key) => {
      const name = laneName(key);
      const lane = all.get(name);
      if (lane?.isEmpty !== true) return;
      release(name, lane);
      all.delete(name);
    },
    clear: (error) => {
      for (const lane of all.values()) lane.giveBack(error);
    },
  };
}
