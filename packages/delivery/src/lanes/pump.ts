import type { Delivery } from '../delivery.ts';
import { lastSendable } from './pass-cuts.ts';
import { failFlight } from './failure.ts';
import { Flight, FlyingBatch } from './flight.ts';
import type { Lane } from './lane.ts';
import { readBacklog } from './read-backlog.ts';
import { advance, repeatable } from './settlement.ts';
import { relieveMemory } from './spill.ts';
import { takeRecords, type Taken } from './take.ts';

/** Whether the lane may hand anything over now. */
function canSend({ slot, ready, retryTimer, isBurying }: Lane): boolean {
  return slot.isOpen && (slot.isReady || ready) && retryTimer === undefined && !isBurying;
}

/** Hands over as much as the lane's window allows. */
export function pump(delivery: Delivery, lane: Lane): void {
  const { window, batch } = delivery;
  while (canSend(lane)) {
    // Behind a batch that may be refused nothing is sent: what comes before it would come after.
    if (lane.bisect !== undefined && lane.flights.length > 0) return;
    const events = Math.min(batch.events, roomOf(delivery, lane), lane.bisect?.size ?? batch.events);
    const bytes = Math.min(batch.bytes, window.bytes - lane.inFlightBytes);
    if (events <= 0 || bytes <= 0) return;
    const last = lastSendable(delivery, lane);
    if (lane.sent >= last) return;
    const taken = takeRecords(delivery, lane, { events, bytes, last });
    if (taken === undefined) return readBacklog(delivery, lane, pump);
    if (taken.through === lane.sent) return;
    lane.sent = taken.through;
    if (taken.records.length > 0) send(delivery, lane, taken);
    else passOver(delivery, lane, taken.through);
  }
}

/**
 * Events that may still be handed over. What is acknowledged but not safe from coming again takes its place in the window, so that a crash brings no more
 * than one window twice; not more than half of it, or a disk that refuses would hold up a consumer that is well.
 */
function roomOf(delivery: Delivery, lane: Lane): number {
  const { events } = delivery.window;
  return events - lane.inFlightEvents - Math.min(repeatable(delivery, lane), events >> 1);
}

/** Records that the sink does not want are dealt with as soon as those before them are. */
function passOver(delivery: Delivery, lane: Lane, through: number): void {
  const last = lane.flights.at(-1);
  if (last !== undefined) last.through = through;
  else {
    lane.acked = through;
    advance(delivery, lane.source);
  }
}

function send(delivery: Delivery, lane: Lane, { records, bytes, through }: Taken): void {
  const flight = new Flight(records, through, bytes, delivery.clock.now());
  lane.flights.push(flight);
  lane.inFlightEvents += records.length;
  lane.inFlightBytes += bytes;
  if (lane.failures > 0) lane.counts.redelivered += records.length;
  const attempt = lane.failures + lane.refusals;
  const batch = new FlyingBatch(lane.source, records, attempt, lane.giveUp.signal, (offset) =>
    acknowledged(delivery, lane, flight, offset),
  );
  let result: Promise<void>;
  try {
    result = lane.slot.sink.deliver(batch);
  } catch (error) {
    return failFlight(delivery, lane, flight, error, pump);
  }
  result.then(
    () => landed(delivery, lane, flight),
    (error: unknown) => failFlight(delivery, lane, flight, error, pump),
  );
}

/** The consumer has the whole batch. */
function landed(delivery: Delivery, lane: Lane, flight: Flight): void {
  if (flight.isGivenUp) return;
  flight.done = true;
  lane.failures = 0;
  lane.refusals = 0;
  let isMoved = false;
  for (let first = lane.flights[0]; first !== undefined && first.done; first = lane.flights[0]) {
    lane.flights.shift();
    lane.inFlightEvents -= first.records.length;
    lane.inFlightBytes -= first.bytes;
    lane.counts.delivered += first.records.length;
    lane.acked = first.through;
    isMoved = true;
  }
  if (isMoved) moved(delivery, lane);
}

/** The consumer has a part of the batch. */
function acknowledged(delivery: Delivery, lane: Lane, flight: Flight, offset: number): void {
  if (flight.isGivenUp || flight.done) return;
  const last = flight.records.at(-1)?.offset ?? -1;
  if (!(offset > flight.ackedTo && offset <= last)) return;
  flight.ackedTo = offset;
  lane.failures = 0;
  if (lane.flights[0] !== flight || offset <= lane.acked) return;
  lane.acked = offset;
  moved(delivery, lane);
}

/** The cursor moved: there is room for more. */
function moved(delivery: Delivery, lane: Lane): void {
  if (lane.bisect !== undefined && lane.acked >= lane.bisect.through) lane.bisect = undefined;
  advance(delivery, lane.source);
  relieveMemory(delivery);
  pump(delivery, lane);
}
