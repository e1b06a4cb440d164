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

  get attempt(): number {
    return this.batch.attempt + this.resends;
  }

  /** More of it is on its way. */
  noteSent(events: number, bytes: number, offset: number): void {
    this.sentEvents += events;
    this.sentBytes += bytes;
    this.sentOffset = offset;
  }

  /** Nothing of it is with a client any more. */
  noteLost(): void {
    this.sentEvents = 0;
    this.sentBytes = 0;
    this.sentOffset = -1;
  }
}

/** Names of the events a client wants; undefined for all. Gaps are always wanted. */
export type Wanted = ReadonlySet<string> | undefined;

/** Events that make one message: of one session, and sent equally often. A class, as a batch is. */
export class EventRun {
  readonly kind = 'events';
  readonly events: DeliveryEvent[] = [];
  readonly attempt: number;
  readonly sessionId: string;
  cost = 0;

  constructor(attempt: number, sessionId: string) {
    this.attempt = attempt;
    this.sessionId = sessionId;
  }

  get isFull(): boolean {
    return this.cost >= EVENTS_MESSAGE_BYTES || this.events.length >= EVENTS_MESSAGE_COUNT;
  }
}

/** Part of the queue that makes one message. */
export type Run =
  | EventRun
  | { readonly kind: 'gap'; readonly gap: DeliveryGap; readonly cost: number }
  | { readonly kind: 'reshard'; readonly reshard: DeliveryReshard; readonly cost: number };

/** What an acknowledgement gave back to the window. */
export interface Freed {
  readonly events: number;
  readonly bytes: number;
}

const NOTHING: Freed = { events: 0, bytes: 0 };

/**
 * One lane's records between the delivery and the client that holds the lane: handed over, sent, acknowledged.
 *
 * A class: V8 makes a dictionary of a literal with getters, and looks up every property of it by its name.
 */
export class Lane {
  readonly key: LaneKey;
  /** `<shard>/<shardCount>` */
  readonly name: string;
  /** What the client that holds the lane wants. Set after a {@link Lane.rewind}, before anything is sent. */
  wanted: Wanted;
  /** Whether that client takes reshards. Set together with {@link Lane.wanted}. */
  takesReshards = true;
  readonly #withOld: boolean;
  readonly #queue: Pending[] = [];
  /** The next record to send: its batch in the queue, and its place in that. */
  #sentBatch = 0;
  #sentRecord = 0;
  /** First record of the queue's first batch that is not acknowledged. */
  #acked = 0;
  #sentOffset = -1;
  /** One for all batches up to a failure, which ends it: a listener for each shows in a profile. */
  #heard: AbortSignal | undefined;

  /** @param withOld whether events are sent with `old` */
  constructor(key: LaneKey, withOld = true) {
    this.key = key;
    this.name = laneName(key);
    this.#withOld = withOld;
  }

  /** Highest offset sent under the present lease. */
  get sentOffset(): number {
    return this.#sentOffset;
  }

  /** Whether everything that was sent is acknowledged. */
  get isSettled(): boolean {
    return this.#sentBatch === 0 && this.#sentRecord === this.#acked;
  }

  /** Whether there are records to send. */
  get hasMore(): boolean {
    return this.#sentBatch < this.#queue.length;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** Takes a batch; settles like `Sink.deliver`. `onGivenUp` tells what comes free when the delivery gives up on it and the later ones. */
  push(batch: Batch, onGivenUp: (freed: Freed) => void): Promise<void> {
    const { signal } = batch;
    if (signal.aborted) return Promise.reject(abortError(batch));
    if (signal !== this.#heard) {
      this.#heard = signal;
      signal.addEventListener('abort', () => this.#giveUp(signal), { once: true });
    }
    return new Promise((resolve, reject) => {
      this.#queue.push(new Pending(batch, onGivenUp, resolve, reject));
    });
  }

  /** The next records to send, within what is left of a window. Undefined when there is nothing, or no room for the next one. */
  take(left: StreamWindow, isWindowEmpty: boolean): Run | undefined {
    let run: EventRun | undefined;
    while (run?.isFull !== true) {
      const pending = this.#queue[this.#sentBatch];
      if (pending === undefined) break;
      const { records } = pending.batch;
      const { attempt } = pending;
      const [eventsBefore, costBefore] = [run?.events.length ?? 0, run?.cost ?? 0];
      let next = this.#sentRecord;
      for (; next < records.length; next++) {
        const record = records[next] as DeliveryRecord;
        if (!this.#isSent(record)) continue;
        const cost = this.#costOf(record);
        // A record larger than the whole window goes alone, or it would never go.
        if (!fits(run, cost, left) && (run !== undefined || !isWindowEmpty)) break;
        if (record.kind !== 'event') {
          if (run !== undefined) break;
          pending.noteSent(1, cost, record.offset);
          this.#sendFrom(next + 1);
          this.#sentOffset = record.offset;
          return record.kind === 'gap'
            ? { kind: 'gap', gap: record, cost }
            : { kind: 'reshard', reshard: record, cost };
        }
        if (run === undefined) run = new EventRun(attempt, record.sessionId);
        else if (attempt !== run.attempt || record.sessionId !== run.sessionId) break;
        run.events.push(record);
        run.cost += cost;
        this.#sentOffset = record.offset;
        if (run.isFull) {
          next++;
          break;
        }
      }
      if (run !== undefined && run.events.length > eventsBefore)
        pending.noteSent(run.events.length - eventsBefore, run.cost - costBefore, this.#sentOffset);
      this.#sendFrom(next);
      if (next < records.length) break;
    }
    return run;
  }

  /** The client has everything up to and with this offset. */
  acknowledge(offset: number): Freed {
    let events = 0;
    let bytes = 0;
    while (!this.isSettled) {
      const pending = this.#queue[0] as Pending;
      const { records } = pending.batch;
      const until = this.#sentBatch > 0 ? records.length : this.#sentRecord;
      let last = -1;
      if (this.#acked === 0 && this.#sentBatch > 0 && pending.sentOffset <= offset) {
        events += pending.sentEvents;
        bytes += pending.sentBytes;
        this.#acked = records.length;
        last = records.at(-1)?.offset ?? -1;
      }
      for (; this.#acked < until; this.#acked++) {
        const record = records[this.#acked] as DeliveryRecord;
        if (this.#isSent(record)) {
          if (record.offset > offset) break;
          events++;
          bytes += this.#costOf(record);
        }
        last = record.offset;
      }
      if (last !== -1) pending.batch.acknowledge(last);
      if (this.#acked < records.length) break;
      this.#queue.shift();
      this.#acked = 0;
      // What is sent next is in a later batch, or just behind this one.
      this.#sentBatch = Math.max(0, this.#sentBatch - 1);
      pending.resolve();
    }
    return events === 0 ? NOTHING : { events, bytes };
  }

  /** The client is gone: what it has not acknowledged is sent again. */
  rewind(): void {
    for (const [index, pending] of this.#queue.entries()) {
      const first = index === 0 ? this.#acked : 0;
      if (index < this.#sentBatch || (index === this.#sentBatch && this.#sentRecord > first)) pending.resends++;
    }
    for (const pending of this.#queue) pending.noteLost();
    this.#sentBatch = 0;
    this.#sentRecord = this.#acked;
    this.#sentOffset = -1;
  }

  /** No client is left: every batch fails. */
  fail(error: Error): void {
    this.#cut(0, error);
  }

  #isSent(record: DeliveryRecord): boolean {
    if (record.kind === 'event') return this.wanted === undefined || this.wanted.has(record.t);
    return record.kind === 'gap' || this.takesReshards;
  }

  #costOf(record: DeliveryRecord): number {
    return record.kind === 'event' ? eventCost(record, this.#withOld) : noticeCost(record);
  }

  /** The next to send is this record of the batch that is being sent, or the first of the batch behind. */
  #sendFrom(next: number): void {
    const isOver = next >= (this.#queue[this.#sentBatch]?.batch.records.length ?? 0);
    if (isOver) this.#sentBatch++;
    this.#sentRecord = isOver ? 0 : next;
  }

  #giveUp(signal: AbortSignal): void {
    const first = this.#queue.findIndex(({ batch }) => batch.signal === signal);
    const pending = this.#queue[first];
    if (pending !== undefined) pending.onGivenUp(this.#cut(first, abortError(pending.batch)));
  }

  /** Forgets batches from the given one on; gives what of them was sent and not acknowledged. */
  #cut(from: number, error: Error): Freed {
    let events = 0;
    let bytes = 0;
    for (const [index, pending] of this.#queue.entries()) {
      if (index < from) continue;
      const first = index === 0 ? this.#acked : 0;
      const past = index < this.#sentBatch ? Infinity : index === this.#sentBatch ? this.#sentRecord : 0;
      for (const record of pending.batch.records.slice(first, past)) {
        if (!this.#isSent(record)) continue;
        events++;
        bytes += this.#costOf(record);
      }
    }
    const failed = this.#queue.splice(from);
    if (this.#sentBatch >= from) {
      this.#sentBatch = from;
      this.#sentRecord = 0;
    }
    if (from === 0) this.#acked = 0;
    for (const pending of failed) pending.reject(error);
    return { events, bytes };
  }
}

function fits(run: EventRun | undefined, cost: number, left: StreamWindow): boolean {
  return run === undefined
    ? left.events > 0 && cost <= left.bytes
    : run.events.length < left.events && run.cost + cost <= left.bytes;
}

function abortError(batch: Batch): Error {
  return batch.signal.reason instanceof Error ? batch.signal.reason : new Error('the lane gave up on the batch');
}
