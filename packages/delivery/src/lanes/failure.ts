import type { Delivery } from '../delivery.ts';
import type { DeliveryRecord } from '../delivery-record.ts';
import { tell } from '../tell.ts';
import { BusyError, RefusedError } from '../sink.ts';
import { backOffMs } from './back-off.ts';
import type { Flight } from './flight.ts';
import { createGiveUp, type Lane } from './lane.ts';
import { advance } from './settlement.ts';

type Pump = (delivery: Delivery, lane: Lane) => void;

/** Longest pause that a consumer may ask for, milliseconds. */
const LONGEST_BUSY_MS = 300_000;

/** A batch failed: everything that is not acknowledged is sent again, or what is refused is looked for. */
export function failFlight(delivery: Delivery, lane: Lane, flight: Flight, error: unknown, pump: Pump): void {
  if (flight.isGivenUp || flight.done) return;
  const isFirst = lane.flights[0] === flight;
  giveUp(lane);
  // Its sink was closed: the journal has what is left, and a timer would keep the process alive.
  if (delivery.runtime.state === 'stopped') return;
  lane.counts.failed++;
  if (!(error instanceof RefusedError)) return retryLater(delivery, lane, error, pump);
  const left = flight.records.filter(({ offset }) => offset > lane.acked);
  const [refused] = left;
  if (left.length > 1) {
    lane.bisect = { size: Math.max(1, Math.floor(left.length / 2)), through: flight.through };
    return pump(delivery, lane);
  }
  lane.bisect ??= { size: 1, through: flight.through };
  if (!isFirst || refused === undefined) return retryLater(delivery, lane, error, pump);
  lane.refusals++;
  if (lane.refusals < delivery.maxDeliveries) return retryLater(delivery, lane, error, pump);
  bury(delivery, lane, refused, error.message, pump);
}

/** Takes all flights off the lane; what they carried is to be sent again. */
function giveUp(lane: Lane): void {
  for (const flight of lane.flights) flight.isGivenUp = true;
  lane.flights = [];
  lane.inFlightEvents = 0;
  lane.inFlightBytes = 0;
  lane.sent = lane.acked;
  // What was read ahead lies behind what is read again.
  lane.backlog = [];
  const { giveUp: given } = lane;
  lane.giveUp = createGiveUp();
  given.abort();
}

function retryLater(delivery: Delivery, lane: Lane, error: unknown, pump: Pump): void {
  lane.failures++;
  const retryInMs =
    error instanceof BusyError
      ? Math.min(LONGEST_BUSY_MS, Math.max(0, error.retryAfterMs))
      : backOffMs(lane.failures + lane.refusals, delivery.random(), delivery.backOff);
  const { shardId, shardCount } = lane.source;
  tell(delivery, 'laneFailed', {
    shardId,
    shardCount,
    sink: lane.slot.sink.name,
    error,
    failures: lane.failures,
    retryInMs,
  });
  delivery.clock.clearTimer(lane.retryTimer);
  lane.retryTimer = delivery.clock.setTimer(() => {
    lane.retryTimer = undefined;
    pump(delivery, lane);
  }, retryInMs);
}

/** The record is refused alone and will be: it leaves the lane for the dead-letter file. */
function bury(delivery: Delivery, lane: Lane, record: DeliveryRecord, reason: string, pump: Pump): void {
  const sink = lane.slot.sink.name;
  const attempts = lane.refusals;
  lane.isBurying = true;
  const over = (): void => {
    if (!lane.isBurying) return;
    delivery.clock.clearTimer(limit);
    lane.isBurying = false;
    lane.refusals = 0;
    lane.failures = 0;
    lane.counts.deadLettered++;
    lane.acked = record.offset;
    lane.sent = Math.max(lane.sent, record.offset);
    if (lane.bisect !== undefined && lane.acked >= lane.bisect.through) lane.bisect = undefined;
    tell(delivery, 'deadLetter', { sink, record, reason, attempts });
    advance(delivery, lane.source);
    pump(delivery, lane);
  };
  // Whoever keeps dead letters may hang; the lane must not.
  const limit = delivery.clock.setTimer(over, delivery.ackTimeoutMs);
  Promise.resolve(delivery.deadLetters?.add(sink, record, reason, attempts)).then(over, (error: unknown) => {
    tell(delivery, 'error', { where: 'deadLetters', error });
    over();
  });
}
