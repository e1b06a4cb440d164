import type { Clock } from '@shardgate/gateway';
import { eventsMessage, gapMessage, reshardMessage } from './event-message.ts';
import type { Freed } from './lane.ts';
import type { Lease } from './leases.ts';
import { LEAST_BUFFER_BYTES, SOCKET_BUFFER_BYTES } from './protocol.ts';
import type { StreamWindow } from './protocol.ts';
import type { StreamConnection } from './stream-connection.ts';
import { Turns } from './turns.ts';

/** What one client is sent: the records of its lanes, each lane in turn, never more than its window takes. */
export interface EventOutlet {
  /** Sent and not acknowledged. */
  readonly inFlight: StreamWindow;
  /** Clock time since which the client owes an acknowledgement; null while it owes none. */
  owesSince(): number | null;
  /** There may be something to send on the lane. */
  wake(lease: Lease): void;
  /** The lane has gone. */
  forget(lease: Lease): void;
  /** The client has everything of the lane up to and with the offset. */
  acknowledge(lease: Lease, offset: number): void;
  /** What was sent is not asked for any more. */
  release(freed: Freed): void;
  /** There is room in the socket's buffer again. */
  resume(): void;
  /** Sends nothing from now on. */
  close(): void;
}

export interface EventOutletOptions {
  readonly connection: StreamConnection;
  readonly window: StreamWindow;
  readonly clock: Clock;
  /** Whether events are sent with `old`. */
  readonly withOld: boolean;
}

export function createEventOutlet({ connection, window, clock, withOld }: EventOutletOptions): EventOutlet {
  const waiting = new Turns();
  const inFlight = { events: 0, bytes: 0 };
  /** When something was acknowledged last, or sent while nothing was unacknowledged. */
  let progressAt = 0;
  const fullAt = Math.max(Math.min(window.bytes, SOCKET_BUFFER_BYTES), LEAST_BUFFER_BYTES);
  let isFlushPlanned = false;
  let isClosed = false;

  const plan = (): void => {
    if (isFlushPlanned || isClosed || waiting.first === undefined) return;
    isFlushPlanned = true;
    // All lanes of a look at new events, or of a chunk with acknowledgements, come in one go.
    queueMicrotask(flush);
  };

  const flush = (): void => {
    isFlushPlanned = false;
    if (!isClosed && waiting.first !== undefined) connection.together(sendWaiting);
  };

  const sendWaiting = (): void => {
    const now = clock.now();
    for (let lease = waiting.first; lease !== undefined; lease = waiting.first) {
      // What a client acknowledges without reading it still stands in the socket's buffer.
      if (connection.bufferedBytes() >= fullAt) return;
      const isSent = sendNext(lease, now);
      const { hasMore } = lease.lane;
      // There is a next one, but no room for it.
      if (!isSent && hasMore && !lease.handingOn) return;
      waiting.next();
      if (isSent && hasMore) waiting.add(lease);
    }
  };

  const sendNext = (lease: Lease, now: number): boolean => {
    if (lease.handingOn) return false;
    const { lane, epoch } = lease;
    const wasSettled = lane.isSettled;
    const left = { events: window.events - inFlight.events, bytes: window.bytes - inFlight.bytes };
    const run = lane.take(left, inFlight.events === 0);
    // What the client does not want needs no acknowledgement of its.
    if (lane.wanted !== undefined || !lane.takesReshards) lane.acknowledge(-1);
    if (run === undefined) return false;
    if (wasSettled) lease.progressAt = now;
    if (inFlight.events === 0) progressAt = now;
    if (run.kind === 'events') {
      // Not spread out of a shorter object: V8 would make two hidden classes for each message.
      const head = { lane: lane.name, epoch, attempt: run.attempt, withOld };
      connection.send(eventsMessage(head, run.events, run.cost));
      inFlight.events += run.events.length;
    } else {
      const head = { lane: lane.name, epoch };
      connection.send(run.kind === 'gap' ? gapMessage(head, run.gap) : reshardMessage(head, run.reshard));
      inFlight.events++;
    }
    inFlight.bytes += run.cost;
    return true;
  };

  const outlet: EventOutlet = {
    inFlight,
    owesSince: () => (inFlight.events === 0 ? null : progressAt),
    wake(lease) {
      if (!lease.lane.hasMore) return;
      waiting.add(lease);
      plan();
    },
    forget: (lease) => waiting.remove(lease),
    acknowledge(lease, offset) {
      const freed = lease.lane.acknowledge(offset);
      if (freed.events === 0) return;
      progressAt = clock.now();
      lease.progressAt = progressAt;
      outlet.release(freed);
    },
    release(freed) {
      inFlight.events -= freed.events;
      inFlight.bytes -= freed.bytes;
      plan();
    },
    resume: plan,
    close() {
      isClosed = true;
      waiting.clear();
    },
  };
  return outlet;
}
