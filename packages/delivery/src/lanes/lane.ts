import { setMaxListeners } from 'node:events';
import type { TimerHandle } from '@shardgate/gateway';
import type { DeliveryRecord } from '../delivery-record.ts';
import type { SinkSlot } from '../sinks/sink-slot.ts';
import type { Flight } from './flight.ts';
import type { Source } from './source.ts';

/** One shard's records on their way to one sink, in order. */
export interface Lane {
  readonly source: Source;
  readonly slot: SinkSlot;
  /** Highest offset that the sink needs no more: the cursor. */
  acked: number;
  /** Highest offset that was handed to the sink, or passed over, since the last failure. */
  sent: number;
  /** The cursor as the journal knows it. */
  savedCursor: number;
  /** The cursor as it is on the disk. */
  storedCursor: number;
  /** What the sink has and has not acknowledged, oldest first. */
  flights: Flight[];
  /** Aborted when the lane gives up on its flights: one for all of them, as making one for each batch shows in a profile. */
  giveUp: AbortController;
  inFlightEvents: number;
  inFlightBytes: number;
  /** Read from the journal, not sent yet. */
  backlog: DeliveryRecord[];
  /** The journal is being read. */
  reading: boolean;
  /** Up to this offset earlier processes left records; what is missing there was dealt with. */
  readonly recoveredTo: number;
  /** Failures in a row. */
  failures: number;
  retryTimer: TimerHandle;
  /** While a refused record is being looked for: records per batch, and up to which offset. */
  bisect: { readonly size: number; readonly through: number } | undefined;
  /** Tries of the record that is refused alone. */
  refusals: number;
  /** A dead letter is being written: the lane waits for it. */
  isBurying: boolean;
  /** The sink takes batches of this lane, whatever it says of all. */
  ready: boolean;
  readonly counts: LaneCounts;
}

/** Since the process started. */
export interface LaneCounts {
  delivered: number;
  redelivered: number;
  failed: number;
  deadLettered: number;
  gaps: number;
}

/** A lane that starts after `cursor`; `recoveredTo` is the last offset that earlier processes may have left in the journal. */
export function createLane(source: Source, slot: SinkSlot, cursor: number, recoveredTo: number): Lane {
  return {
    source,
    slot,
    acked: cursor,
    sent: cursor,
    savedCursor: cursor,
    storedCursor: cursor,
    flights: [],
    giveUp: createGiveUp(),
    inFlightEvents: 0,
    inFlightBytes: 0,
    backlog: [],
    reading: false,
    recoveredTo,
    failures: 0,
    retryTimer: undefined,
    bisect: undefined,
    refusals: 0,
    isBurying: false,
    ready: false,
    counts: { delivered: 0, redelivered: 0, failed: 0, deadLettered: 0, gaps: 0 },
  };
}

/** Records of this process that the sink has not acknowledged; how many earlier ones left is not known before they are read. */
export function lagOf(lane: Lane): number {
  return lane.source.next - 1 - Math.max(lane.acked, lane.source.base - 1);
}

/** For the flights of one lane from one failure to the next. */
export function createGiveUp(): AbortController {
  const controller = new AbortController();
  // Every batch under way may listen.
  setMaxListeners(0, controller.signal);
  return controller;
}
