import type { Msg, MsgHdrs, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Clock, TimerHandle } from '../ports/clock.ts';
import type { OutMessage } from './jetstream-message.ts';
import { answerIn } from './jetstream-stream.ts';
import { LOOK_AGAIN, StreamRefusal } from './nats-trouble.ts';

export interface PublisherOptions {
  readonly connection: NatsConnection;
  /** Makes empty headers: the client library's. */
  readonly headers: () => MsgHdrs;
  /** Subject under which answers come; of this publisher only. */
  readonly inbox: string;
  /** Bytes that the stream can still take. */
  readonly room: number;
  /** Number of the stream's last message. */
  readonly lastSeq: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Something was not stored: nothing behind it will be. Called once; the publisher is of no use any more. */
  onBroken(error: unknown): void;
}

/** Publishes to one stream, with many messages under way at a time. */
export interface JetStreamPublisher {
  readonly underWay: number;
  readonly bytesUnderWay: number;
  /** Calls back with the message's number in the stream once it is stored; never, when the publisher breaks before. */
  publish(message: OutMessage, onStored: (streamSeq: number) => void): void;
  stop(): void;
}

/**
 * Bytes that a stored message takes besides subject, id and body: rather too many. NATS 2.9 forgets some of them when it looks whether a message fits, and
 * then throws away the stream's oldest one though it is not to discard any.
 */
const STORED_HEAD_BYTES = 160;

interface Waiting {
  readonly bytes: number;
  readonly sentAt: number;
  readonly onStored: (streamSeq: number) => void;
}

/**
 * Creates a publisher. Each message says after which message of the stream it is to stand (`Nats-Expected-Last-Sequence`), counted on from the
 * last: when one is not stored, the stream refuses all that were sent behind it, so that there is never a hole. What does not fit is not sent.
 */
export function createJetStreamPublisher(options: PublisherOptions): JetStreamPublisher {
  const { connection, headers, inbox, timeoutMs, clock, onBroken } = options;
  /** By number of the publish; answered in order, as a stream does one thing after the other. */
  const waiting = new Map<number, Waiting>();
  let next = 0;
  let expected = options.lastSeq;
  let bytesUnderWay = 0;
  let room = options.room;
  let isFull = false;
  let isBroken = false;
  let timer: TimerHandle;

  const subscription: Subscription = connection.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (isBroken) return;
      if (error !== null) return fail(error);
      onReply(message);
    },
  });

  function onReply(message: Msg): void {
    const number = Number(message.subject.slice(inbox.length + 1));
    const entry = waiting.get(number);
    if (entry === undefined) return;
    let streamSeq: number;
    try {
      if (message.data.length === 0 && message.headers?.code === 503) throw new Error('no responders');
      streamSeq = Number(answerIn(message.json())['seq']);
    } catch (error) {
      return fail(error);
    }
    waiting.delete(number);
    bytesUnderWay -= entry.bytes;
    entry.onStored(streamSeq);
    if (isFull && waiting.size === 0) fail(fullness());
  }

  /** The room was counted down with some to spare: only what does not fit into a stream just looked at is too much. */
  function fullness(): StreamRefusal {
    return next === 0
      ? new StreamRefusal(0, 'maximum bytes exceeded')
      : new StreamRefusal(LOOK_AGAIN, 'the stream is to be looked at again');
  }

  function fail(error: unknown): void {
    if (isBroken) return;
    stop();
    onBroken(error);
  }

  function stop(): void {
    isBroken = true;
    clock.clearTimer(timer);
    if (!connection.isClosed()) subscription.unsubscribe();
    waiting.clear();
  }

  function watch(): void {
    timer = clock.setTimer(
      () => {
        const [oldest] = waiting.values();
        if (oldest !== undefined && clock.now() - oldest.sentAt > timeoutMs)
          return fail(new Error(`no answer to a publish within ${timeoutMs} ms`));
        watch();
      },
      Math.max(10, timeoutMs / 4),
    );
  }

  watch();
  return {
    get underWay() {
      return waiting.size;
    },
    get bytesUnderWay() {
      return bytesUnderWay;
    },
    publish: ({ subject, id, bytes }, onStored) => {
      if (isBroken || isFull) return;
      const size = subject.length + id.length + bytes.length + STORED_HEAD_BYTES;
      if (size > room) {
        isFull = true;
        // What is under way ends first.
        if (waiting.size === 0) fail(fullness());
        return;
      }
      room -= size;
      const number = next++;
      const own = headers();
      own.set('Nats-Msg-Id', id);
      own.set('Nats-Expected-Last-Sequence', String(expected++));
      waiting.set(number, { bytes: bytes.length, sentAt: clock.now(), onStored });
      bytesUnderWay += bytes.length;
      try {
        connection.publish(subject, bytes, { headers: own, reply: `${inbox}.${number}` });
      } catch (error) {
        fail(error);
      }
    },
    stop,
  };
}
