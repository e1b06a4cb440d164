import { laneName } from '../delivery-record.ts';
import type { LaneKey } from '../delivery-record.ts';
import { Lane } from './lane.ts';
import type { Freed } from './lane.ts';

/** A client, as far as its lanes go. */
export interface LeaseHolder {
  /** Whether it may be given lanes. */
  readonly isTaking: boolean;
  /** By the lane's name. Kept by the holder's own two methods. */
  readonly leases: ReadonlyMap<string, Lease>;
  /** The lane is its own from here on. */
  lease(lease: Lease): void;
  /** The lane is not its own any more. */
  revoke(lease: Lease): void;
  /** There is something to send on the lane. */
  wake(lease: Lease): void;
  /** The delivery took back what was sent. */
  release(freed: Freed): void;
}

/** Who holds a lane. */
export interface Lease {
  readonly lane: Lane;
  owner: LeaseHolder | undefined;
  /** Grows with each lease that is given out, of any lane. */
  epoch: number;
  /** Set while the lane is on its way to another client: nothing new is sent, what was sent is still acknowledged. */
  handingOn: boolean;
  /** Clock time of the last acknowledgement, or of the first record sent after everything was acknowledged. */
  progressAt: number;
  /** It stands in the line of those of which its owner is to be sent something. */
  isWaiting: boolean;
  /** Clock time at which the lane was last seen with something in it. */
  busyAt: number;
}

/** Spreads the lanes evenly over the clients, each lane to one client at a time. */
export interface Leases {
  /** All lanes there are. */
  readonly all: ReadonlyMap<string, Lease>;
  /** The lane's lease; a lane that is seen for the first time, or has no client, is given to the client with the fewest. */
  of(key: LaneKey, now: number): Lease;
  /** A client came: it gets its share of the others' lanes. */
  join(holder: LeaseHolder): void;
  /** A client wants no more: its lanes go on as soon as it has acknowledged what it was sent. */
  retire(holder: LeaseHolder): void;
  /** A client is gone: its lanes go to the others at once. */
  leave(holder: LeaseHolder): void;
  /** Takes a lane from its client and gives it to the next one, with what the first has not acknowledged. */
  pass(lease: Lease): void;
  /** Takes back a lane and forgets it. */
  drop(lease: Lease): void;
}

/**
 * @param onHomeless called for a lane that lost its client and finds no other
 * @param withOld whether events are sent with `old`
 */
export function createLeases(onHomeless: (lease: Lease) => void, withOld = true): Leases {
  const all = new Map<string, Lease>();
  const holders = new Set<LeaseHolder>();
  let lastEpoch = 0;

  /** Lanes a client has or is about to have. */
  const load = (holder: LeaseHolder): number => {
    let lanes = 0;
    for (const lease of holder.leases.values()) if (!lease.handingOn) lanes++;
    return lanes;
  };

  const idlest = (): LeaseHolder | undefined => {
    let best: LeaseHolder | undefined;
    let least = Infinity;
    for (const holder of holders) {
      const lanes = holder.isTaking ? load(holder) : Infinity;
      if (lanes < least) [best, least] = [holder, lanes];
    }
    return best;
  };

  const assign = (lease: Lease): void => {
    const holder = idlest();
    lease.owner = holder;
    lease.handingOn = false;
    if (holder === undefined) return onHomeless(lease);
    lease.epoch = ++lastEpoch;
    holder.lease(lease);
  };

  const handOn = (lease: Lease): void => {
    lease.handingOn = true;
    if (lease.lane.isSettled) leases.pass(lease);
  };

  const leases: Leases = {
    all,
    of(key, now) {
      const name = laneName(key);
      let lease = all.get(name);
      if (lease === undefined) {
        lease = {
          lane: new Lane(key, withOld),
          owner: undefined,
          epoch: 0,
          handingOn: false,
          isWaiting: false,
          progressAt: now,
          busyAt: now,
        };
        all.set(name, lease);
      }
      if (lease.owner === undefined) assign(lease);
      return lease;
    },
    join(holder) {
      holders.add(holder);
      for (const lease of all.values()) if (lease.owner === undefined) assign(lease);
      const taking = [...holders].filter((other) => other.isTaking);
      const share = Math.floor(all.size / taking.length);
      let missing = share - load(holder);
      for (const lease of all.values()) {
        const { owner } = lease;
        if (missing <= 0) break;
        if (owner === undefined || owner === holder || lease.handingOn || !owner.isTaking || load(owner) <= share)
          continue;
        handOn(lease);
        missing--;
      }
    },
    retire(holder) {
      for (const lease of [...holder.leases.values()]) handOn(lease);
    },
    leave(holder) {
      holders.delete(holder);
      for (const lease of [...holder.leases.values()]) leases.pass(lease);
    },
    pass(lease) {
      lease.owner?.revoke(lease);
      lease.lane.rewind();
      assign(lease);
    },
    drop(lease) {
      lease.owner?.revoke(lease);
      all.delete(lease.lane.name);
    },
  };
  return leases;
}
