import { laneName, type Batch, type DeliveryRecord } from '@shardgate/delivery';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Clock } from '../ports/clock.ts';
import type { ConsumerLane } from './consumer-lane.ts';
import { batchMessages, type ConsumerMessage, type Cursor, type GatewayMessage } from './consumer-messages.ts';
import { HELLO_TIMEOUT_MS } from './defaults.ts';
import type { Grpc } from './grpc-library.ts';
import type { LaneHolder } from './lane-shares.ts';

/** `greeting` until the hello, `retiring` after a bye. */
export type ConsumerState = 'greeting' | 'open' | 'retiring' | 'ended';

/** One consumer: a call that is under way. */
export interface Consumer extends LaneHolder {
  readonly id: string;
  /** As it says in its hello; empty before. */
  readonly name: string;
  readonly address: string;
  readonly state: ConsumerState;
  /** Ends the call with a status of gRPC, and for the client the reason in words. */
  end(code: number, reason: string): void;
}

/** What a consumer tells its sink. */
export interface ConsumerHost {
  joined(consumer: Consumer): void;
  retiring(consumer: Consumer): void;
  acknowledged(lane: ConsumerLane<LaneHolder>): void;
  /** It is gone; `reason` for the log. Called once. */
  left(consumer: Consumer, reason: string): void;
}

type Call = ServerDuplexStream<ConsumerMessage, GatewayMessage>;

/** What the other side said, when it breaks the call. */
const GONE = 'the call was ended by the consumer';

export function createConsumer(id: string, call: Call, host: ConsumerHost, grpc: Grpc, clock: Clock): Consumer {
  const { status } = grpc;
  const lanes = new Map<string, ConsumerLane<LaneHolder>>();
  /** Lanes with something to send, in the order of their turns. */
  const waiting = new Set<ConsumerLane<LaneHolder>>();
  /** Highest offset sent, by lane. */
  const sentUpTo = new Map<string, number>();
  let wanted: ReadonlySet<string> | undefined;
  let cursors: ReadonlyMap<string, Cursor> = new Map();
  let name = '';
  let state: ConsumerState = 'greeting';
  let hasRoom = true;
  const timer = clock.setTimer(() => consumer.end(status.DEADLINE_EXCEEDED, 'no hello came in time'), HELLO_TIMEOUT_MS);

  const wants = (record: DeliveryRecord): boolean => {
    if (record.kind !== 'event') return true;
    if (wanted !== undefined && !wanted.has(record.t)) return false;
    const cursor = cursors.get(laneName(record));
    return (
      cursor === undefined || record.seq === null || record.sessionId !== cursor.session || record.seq > cursor.seq
    );
  };

  const write = (message: GatewayMessage): void => {
    if (state !== 'ended' && !call.write(message)) hasRoom = false;
  };

  const sendWaiting = (): void => {
    for (const lane of waiting) {
      if (!hasRoom) return;
      // To the end of the line, where this loop comes by again.
      waiting.delete(lane);
      if (lane.sendNext() && lane.hasMore) waiting.add(lane);
    }
  };

  const finish = (reason: string): void => {
    state = 'ended';
    clock.clearTimer(timer);
    waiting.clear();
    host.left(consumer, reason);
  };

  const onHello = (hello: NonNullable<ConsumerMessage['hello']>): void => {
    if (state !== 'greeting') return consumer.end(status.INVALID_ARGUMENT, 'hello was said already');
    clock.clearTimer(timer);
    name = hello.name;
    wanted = hello.events.length === 0 ? undefined : new Set(hello.events);
    cursors = new Map(
      hello.cursors.map((cursor) => [laneName({ shardId: cursor.shard, shardCount: cursor.shardCount }), cursor]),
    );
    state = 'open';
    write({ welcome: { consumer: id } });
    host.joined(consumer);
  };

  const onAck = ({ shard, shardCount, offset }: NonNullable<ConsumerMessage['ack']>): void => {
    const key = laneName({ shardId: shard, shardCount });
    if (!(offset <= (sentUpTo.get(key) ?? -1)))
      return consumer.end(status.INVALID_ARGUMENT, `offset ${offset} of shard ${key} was not sent to you`);
    // One that it had before and no longer has is none of its business any more.
    const lane = lanes.get(key);
    lane?.acknowledge(offset);
    if (lane !== undefined) host.acknowledged(lane);
    endIfRetired();
  };

  const endIfRetired = (): void => {
    if (state !== 'retiring' || lanes.size > 0) return;
    call.end();
    finish('said goodbye');
  };

  call.on('data', (message: ConsumerMessage) => {
    if (state === 'ended') return;
    if (message.hello !== undefined) return onHello(message.hello);
    if (state === 'greeting') return consumer.end(status.INVALID_ARGUMENT, 'the first message is a hello');
    if (message.ack !== undefined) return onAck(message.ack);
    if (message.bye === undefined) return consumer.end(status.INVALID_ARGUMENT, 'a message of an unknown kind');
    state = 'retiring';
    host.retiring(consumer);
    endIfRetired();
  });
  call.on('drain', () => {
    hasRoom = true;
    sendWaiting();
  });
  // Acknowledgements come on the half that was closed: there will be none.
  call.on('end', () => {
    if (state === 'ended') return;
    call.end();
    finish(GONE);
  });
  const onGone = (): void => {
    if (state !== 'ended') finish(GONE);
  };
  call.on('cancelled', onGone);
  call.on('error', onGone);
  call.on('close', onGone);

  const consumer: Consumer = {
    id,
    lanes,
    address: call.getPeer(),
    get name() {
      return name;
    },
    get state() {
      return state;
    },
    get isTaking() {
      return state === 'open';
    },
    send: (batch: Batch) => {
      if (!hasRoom || state === 'ended') return undefined;
      const { messages, lastSent } = batchMessages(batch, wants);
      for (const message of messages) write(message);
      if (lastSent >= 0) sentUpTo.set(laneName(batch.lane), lastSent);
      return lastSent;
    },
    unanswered: () => consumer.end(status.DEADLINE_EXCEEDED, 'what you were sent was not acknowledged in time'),
    leased: (lane, held) => {
      const { shardId: shard, shardCount } = lane.key;
      write({ lease: { shard, shardCount, held } });
      if (held) consumer.wake(lane);
      else waiting.delete(lane);
    },
    wake: (lane) => {
      if (!lane.hasMore) return;
      waiting.add(lane);
      sendWaiting();
    },
    end: (code, reason) => {
      if (state === 'ended') return;
      // Before the listeners of the call hear of it.
      finish(reason);
      call.emit('error', { code, details: reason });
    },
  };
  return consumer;
}
