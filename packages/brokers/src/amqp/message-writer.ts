import { Writable } from 'node:stream';
import type { ConfirmChannel } from 'amqplib';
import type { EventMessage } from './event-message.ts';
import { createPublishFrames } from './publish-frames.ts';

/** Puts messages on a channel, in the order of the calls. */
export interface MessageWriter {
  /**
   * `confirmed` is called as by amqplib: when the broker has confirmed or refused the message, or the channel is closed. False when nothing
   * more should come before the channel's `drain`.
   *
   * @throws {TypeError} it cannot be written down
   * @throws {Error} the channel is closed
   */
  publish(message: EventMessage, confirmed: (error: Error | null) => void): boolean;
}

/** How much is written together, bytes. */
const CHUNK_BYTES: number = 64 * 1024;

/** Chunks that may wait for the socket: what the channel is to be made with as `highWaterMark`. */
export const MAX_CHUNKS = 16;

/** What of amqplib's channel is not in its types. */
interface ChannelInside {
  readonly number: number;
  readonly frameMax: number;
  /** Whole frames go in here, and come out between those of other channels. */
  readonly buffer: Writable;
  /** Has the answer to the next message call this. */
  expectConfirm(confirmed: (error: Error | null) => void): void;
}

/** Writes frames of its own into the channel where amqplib is as we know it, else has it write each message. */
export function createMessageWriter(channel: ConfirmChannel, exchange: string): MessageWriter {
  const inside = insideOf(channel);
  if (inside === undefined) {
    return {
      publish: ({ routingKey, body, properties }, confirmed) =>
        channel.publish(exchange, routingKey, Buffer.concat(body), properties, confirmed),
    };
  }
  const { number, frameMax, buffer } = inside;
  const frames = createPublishFrames({ channel: number, frameMax, exchange });
  let chunk = Buffer.alloc(0);
  let filled = 0;
  let isDue = false;

  const flush = (): void => {
    if (filled > 0 && !buffer.writableEnded) buffer.write(chunk.subarray(0, filled));
    chunk = chunk.subarray(filled);
    filled = 0;
  };

  return {
    publish(message, confirmed) {
      if (buffer.writableEnded) throw new Error('the channel is closed');
      const size = frames.size(message);
      if (filled + size > chunk.length) {
        flush();
        if (size > chunk.length) chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, size));
      }
      filled = frames.write(message, chunk, filled);
      inside.expectConfirm(confirmed);
      if (!isDue) {
        isDue = true;
        queueMicrotask(() => {
          isDue = false;
          flush();
        });
      }
      return !buffer.writableNeedDrain;
    },
  };
}

/** Undefined where a later amqplib is made otherwise. */
function insideOf(channel: ConfirmChannel): ChannelInside | undefined {
  const number: unknown = Reflect.get(channel, 'ch');
  const expectConfirm: unknown = Reflect.get(channel, 'pushConfirmCallback');
  const frameMax: unknown = Reflect.get(channel.connection, 'frameMax');
  const channels: unknown = Reflect.get(channel.connection, 'channels');
  if (typeof number !== 'number' || typeof frameMax !== 'number' || !(frameMax > 0)) return undefined;
  if (typeof expectConfirm !== 'function' || !Array.isArray(channels)) return undefined;
  const buffer: unknown = Object(channels[number]).buffer;
  // A duplex stream is a Writable, too.
  if (!(buffer instanceof Writable)) return undefined;
  return { number, frameMax, buffer, expectConfirm: (confirmed) => void expectConfirm.call(channel, confirmed) };
}
