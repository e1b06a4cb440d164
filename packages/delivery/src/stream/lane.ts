import { laneName } from '../delivery-record.ts';
import type { DeliveryEvent, DeliveryGap, DeliveryRecord, DeliveryReshard, LaneKey } from '../delivery-record.ts';
import type { Batch } from '../sink.ts';
import { eventCost, noticeCost } from './event-message.ts';
import { EVENTS_MESSAGE_BYTES, EVENTS_MESSAGE_COUNT } from './protocol.ts';
import type { StreamWindow } from './protocol.ts';

/** A batch that waits for its acknowledgement. A class, for the same reason as {@link AcceptedEvent}. */
class Pending {
  readonly batch: Batch;
  /** How often it went to a client that then lost the lane. */
  resends = 0;
  /** What of it was sent under the present lease, and what that took from the window: looked at record by record only when a part is acknowledged. */
  sentEvents = 0;
  sentBytes = 0;
  /** Highest offset of that. */
  sentOffset = -1;
  readonly onGivenUp: (freed: Freed) => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;

  constructor(batch: Batch, onGivenUp: (freed: Freed) => void, resolve: () => void, reject: (error: Error) => void) {
    this.batch = batch;
    this.onGivenUp = onGivenUp;
    this.resolve = resolve;
    this.reject = reject;
  }
}

/** A place between two records: before `record` of the batch `batch` of the queue. */
interface Place {
  batch: number;
  record: number;
}

/** Names of the events a client wants; undefined for all. Gaps are always wanted. */
export type Wanted = ReadonlySet<string> | undefined;

/** Part of the queue that makes one message. */
export type Run =
  | { readonly kind: 'events'; readonly events: DeliveryEvent[]; readonly attempt: number; readonly cost: number }
  | { readonly kind: 'gap'; readonly gap: DeliveryGap; readonly cost: number }
  | { readonly kind: 'reshard'; readonly reshard: DeliveryReshard; readonly cost: number };

/** What an acknowledgement gave back to the window. */
export interface Freed {
  readonly events: number;
  readonly bytes: number;
}

/** One lane's records between the delivery and the client that holds the lane: handed over, sent, acknowledged. */
export interface Lane {
  readonly key: LaneKey;
  /** `<shard>/<shardCount>` */
  readonly name: string;
  /** Highest offset sent under the present lease. */
  readonly sentOffset: number;
  /** Whether everything that was sent is acknowledged. */
  readonly isSettled: boolean;
  /** Whether there are records to send. */
  readonly hasMore: boolean;
  readonly isEmpty: boolean;
  /** What the client that holds the lane wants. Set after a {@link Lane.rewind}, before anything is sent. */
  wanted: Wanted;
  /** Whether that client takes reshards. Set together with {@link Lane.wanted}. */
  takesReshards: boolean;
  /** Takes a batch; settles like `Sink.deliver`. `onGivenUp` tells what comes free when the delivery gives up on it and the later ones. */
  push(batch: Batch, onGivenUp: (freed: Freed) => void): Promise<void>;
  /** The next records to send, within what is left of a window. Undefined when there is nothing, or no room for the next one. */
  take(left: StreamWindow, isWindowEmpty: boolean): Run | undefined;
  /** The client has everything up to and with this offset. */
  acknowledge(offset: number): Freed;
  /** The client is gone: what it has not acknowledged is sent again. */
  rewind(): void;
  /** No client is left: every batch fails. */
  fail(error: Error): void;
}

const NOTHING: Freed = { events: 0, bytes: 0 };

/** @param withOld whether events are sent with `old` */
export function createLane(key: LaneKey, withOld = true): Lane {
  const queue: Pending[] = [];
  const sent: Place = { batch: 0, record: 0 };
  /** First record of `queue[0]` that is not acknowledged. */
  let acked = 0;
  let sentOffset = -1;

  /** One for all batches up to a failure, which ends it: a listener for each shows in a profile. */
  let heard: AbortSignal | undefined;

  const givenUp = (signal: AbortSignal): void => {
    const first = queue.findIndex(({ batch }) => batch.signal === signal);
    const pending = queue[first];
    if (pending !== undefined) pending.onGivenUp(cut(first, abortError(pending.batch)));
  };

  const isSent = (record: DeliveryRecord): boolean => {
    if (record.kind === 'event') return lane.wanted === undefined || lane.wanted.has(record.t);
    return record.kind === 'gap' || lane.takesReshards;
  };

  const costOf = (record: DeliveryRecord): number =>
    record.kind === 'event' ? eventCost(record, withOld) : noticeCost(record);

  const at = (place: Place): DeliveryRecord | undefined => queue[place.batch]?.batch.records[place.record];

  const step = (place: Place): void => {
    place.record++;
    if (place.record >= (queue[place.batch]?.batch.records.length ?? 0)) {
      place.batch++;
      place.record = 0;
    }
  };

  /** The record is on its way. */
  const send = (pending: Pending, { offset }: DeliveryRecord, cost: number): void => {
    step(sent);
    sentOffset = offset;
    pending.sentEvents++;
    pending.sentBytes += cost;
    pending.sentOffset = offset;
  };

  /** Forgets batches from the given one on; gives what of them was sent and not acknowledged. */
  const cut = (from: number, error: Error): Freed => {
    let events = 0;
    let bytes = 0;
    for (const [index, pending] of queue.entries()) {
      if (index < from) continue;
      const first = index === 0 ? acked : 0;
      const past = index < sent.batch ? Infinity : index === sent.batch ? sent.record : 0;
      for (const record of pending.batch.records.slice(first, past)) {
        if (!isSent(record)) continue;
        events++;
        bytes += costOf(record);
      }
    }
    const failed = queue.splice(from);
    if (sent.batch >= from) Object.assign(sent, { batch: from, record: 0 });
    if (from === 0) acked = 0;
    for (const pending of failed) pending.reject(error);
    return { events, bytes };
  };

  const lane: Lane = {
    key,
    name: laneName(key),
    get sentOffset() {
      return sentOffset;
    },
    get isSettled() {
      return sent.batch === 0 && sent.record === acked;
    },
    get hasMore() {
      return sent.batch < queue.length;
    },
    get isEmpty() {
      return queue.length === 0;
    },
    wanted: undefined,
    takesReshards: true,
    push(batch, onGivenUp) {
      const { signal } = batch;
      if (signal.aborted) return Promise.reject(abortError(batch));
      if (signal !== heard) {
        heard = signal;
        signal.addEventListener('abort', () => givenUp(signal), { once: true });
      }
      return new Promise((resolve, reject) => {
        queue.push(new Pending(batch, onGivenUp, resolve, reject));
      });
    },
    take(left, isWindowEmpty) {
      let run: (Run & { kind: 'events'; cost: number }) | undefined;
      for (let record = at(sent); record !== undefined; record = at(sent)) {
        if (!isSent(record)) {
          step(sent);
          continue;
        }
        const cost = costOf(record);
        const isFirst = run === undefined;
        const used = run?.cost ?? 0;
        const fits = (run?.events.length ?? 0) < left.events && used + cost <= left.bytes;
        // A record larger than the whole window goes alone, or it would never go.
        if (!fits && !(isFirst && isWindowEmpty)) break;
        const pending = queue[sent.batch] as Pending;
        const attempt = attemptOf(pending);
        if (record.kind !== 'event') {
          if (!isFirst) break;
          send(pending, record, cost);
          return record.kind === 'gap'
            ? { kind: 'gap', gap: record, cost }
            : { kind: 'reshard', reshard: record, cost };
        }
        if (run === undefined) run = { kind: 'events', events: [], attempt, cost: 0 };
        else if (attempt !== run.attempt || record.sessionId !== run.events[0]?.sessionId) break;
        run.events.push(record);
        run.cost += cost;
        send(pending, record, cost);
        if (run.cost >= EVENTS_MESSAGE_BYTES || run.events.length >= EVENTS_MESSAGE_COUNT) break;
      }
      return run;
    },
    acknowledge(offset) {
      let events = 0;
      let bytes = 0;
      while (!lane.isSettled) {
        const pending = queue[0] as Pending;
        const { records } = pending.batch;
        const until = sent.batch > 0 ? records.length : sent.record;
        let last = -1;
        if (acked === 0 && sent.batch > 0 && pending.sentOffset <= offset) {
          events += pending.sentEvents;
          bytes += pending.sentBytes;
          acked = records.length;
          last = records.at(-1)?.offset ?? -1;
        }
        for (; acked < until; acked++) {
          const record = records[acked] as DeliveryRecord;
          if (isSent(record)) {
            if (record.offset > offset) break;
            events++;
            bytes += costOf(record);
          }
          last = record.offset;
        }
        if (last !== -1) pending.batch.acknowledge(last);
        if (acked < records.length) break;
        queue.shift();
        acked = 0;
        // `sent` is in a later batch, or just behind this one.
        sent.batch = Math.max(0, sent.batch - 1);
        pending.resolve();
      }
      return events === 0 ? NOTHING : { events, bytes };
    },
    rewind() {
      for (const [index, pending] of queue.entries()) {
        const first = index === 0 ? acked : 0;
        if (index < sent.batch || (index === sent.batch && sent.record > first)) pending.resends++;
      }
      for (const pending of queue) Object.assign(pending, { sentEvents: 0, sentBytes: 0, sentOffset: -1 });
      Object.assign(sent, { batch: 0, record: acked });
      sentOffset = -1;
    },
    fail: (error) => void cut(0, error),
  };
  return lane;
}

function attemptOf(pending: Pending): number {
  return pending.batch.attempt + pending.resends;
}

function abortError(batch: Batch): Error {
  return batch.signal.reason instanceof Error ? batch.signal.reason : new Error('the lane gave up on the batch');
}
