import type { DeliveryGap, GapCause, LaneKey } from '../delivery-record.ts';

/** The last record of a lane, as far as somebody has come. */
export interface Tail {
  readonly offset: number;
  /** Session of the last event and the highest number in it; null before the first numbered one. */
  readonly sessionId: string | null;
  readonly seq: number | null;
}

/** Records of a lane that the journal does not hold: those above `from`, up to and with `to`. Read as one gap. */
export interface Hole extends LaneKey {
  readonly from: number;
  to: number;
  readonly sessionId: string;
  readonly afterSeq: number | null;
  nextSeq: number | null;
  readonly cause: GapCause;
  count: number | null;
  readonly detectedAt: number;
}

/** What the journal knows of a lane. */
export interface Lane {
  readonly key: LaneKey;
  /** Last record that was taken. */
  tail: Tail | undefined;
  /** Last record that is on the disk. */
  durable: Tail | undefined;
  /** Highest offset ever heard of. */
  highest: number;
  /** Acknowledged offset by sink. */
  readonly cursors: Map<string, number>;
  /** In rising order, never overlapping. */
  readonly holes: Hole[];
  /** The last hole while new records still fall into it. */
  falling: Hole | undefined;
}

/** The lanes of a journal. */
export interface LaneTable {
  readonly all: Iterable<Lane>;
  get(key: LaneKey): Lane | undefined;
  /** The lane; a new one when there is none. */
  of(key: LaneKey): Lane;
  remove(key: LaneKey): void;
}

export function createLaneTable(): LaneTable {
  const lanes = new Map<number, Lane>();
  return {
    get all() {
      return lanes.values();
    },
    get: (key) => lanes.get(numberOf(key)),
    of(key) {
      const number = numberOf(key);
      let lane = lanes.get(number);
      if (lane === undefined) {
        const { shardId, shardCount } = key;
        lane = {
          key: { shardId, shardCount },
          tail: undefined,
          durable: undefined,
          highest: -1,
          cursors: new Map(),
          holes: [],
          falling: undefined,
        };
        lanes.set(number, lane);
      }
      return lane;
    },
    remove: (key) => void lanes.delete(numberOf(key)),
  };
}

/** A shard count is far below 2 ** 21, so this is exact. */
function numberOf({ shardId, shardCount }: LaneKey): number {
  return shardCount * 2 ** 32 + shardId;
}

/** Whether two tails' sessions go on one in the other; then numbers of both can be compared. */
export function isSameSession(one: string | null | undefined, other: string | null | undefined): boolean {
  return one !== null && one !== undefined && one === other;
}

/** Up to where no required sink needs the lane any more; -1 for everything is needed. */
export function acknowledgedBy(lane: Lane, sinks: readonly string[]): number {
  let lowest = Number.MAX_SAFE_INTEGER;
  for (const sink of sinks) lowest = Math.min(lowest, lane.cursors.get(sink) ?? -1);
  return lowest;
}

/** The first hole that is not wholly at or below an offset. */
export function holeAbove(lane: Lane, offset: number): Hole | undefined {
  return lane.holes.find((hole) => hole.to > offset);
}

/** Holes a lane keeps apart; beyond it the oldest two become one. */
const MOST_HOLES = 256;

/** Puts a hole in its place. Ranges that are holes already are left out. Returns what is new of it. */
export function addHole(lane: Lane, hole: Hole): Hole | undefined {
  const known = lane.holes.find((each) => each.from <= hole.from && each.to >= hole.to);
  if (known !== undefined || hole.to <= hole.from) return undefined;
  for (let index = lane.holes.length - 1; index >= 0; index -= 1) {
    const each = lane.holes[index] as Hole;
    // The wider one knows more neighbours.
    if (each.from >= hole.from && each.to <= hole.to) lane.holes.splice(index, 1);
  }
  const place = lane.holes.findIndex((each) => each.to > hole.to);
  lane.holes.splice(place === -1 ? lane.holes.length : place, 0, hole);
  lane.highest = Math.max(lane.highest, hole.to);
  if (lane.holes.length > MOST_HOLES) mergeOldest(lane);
  return hole;
}

/** Takes a hole as a record tells it: a later record of the same hole knows more. */
export function putHole(lane: Lane, hole: Hole): void {
  const known = lane.holes.findIndex(({ from, to }) => from === hole.from && to <= hole.to);
  if (known !== -1) lane.holes.splice(known, 1);
  addHole(lane, hole);
}

function mergeOldest(lane: Lane): void {
  const [first, second] = lane.holes.splice(0, 2) as [Hole, Hole];
  const same = first.sessionId === second.sessionId;
  lane.holes.unshift({
    ...second,
    from: first.from,
    sessionId: first.sessionId,
    afterSeq: first.afterSeq,
    nextSeq: same ? second.nextSeq : null,
    count: first.count === null || second.count === null ? null : first.count + second.count,
  });
}

/** A hole as consumers are told of it: in the place of its last record. */
export function gapOf(hole: Hole): DeliveryGap {
  const { shardId, shardCount, to, sessionId, afterSeq, nextSeq, cause, count, detectedAt } = hole;
  return { kind: 'gap', shardId, shardCount, offset: to, sessionId, afterSeq, nextSeq, cause, count, detectedAt };
}
