import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventMessage } from '../src/amqp/event-message.ts';
import { createPublishFrames } from '../src/amqp/publish-frames.ts';

const require = createRequire(import.meta.url);

/** amqplib's own way to write a message, into a channel that only keeps the bytes. */
const { Connection } = require(join(dirname(require.resolve('amqplib')), 'lib/connection.js')) as {
  Connection: { prototype: { sendMessage(...parameters: unknown[]): unknown } };
};
const { BasicPublish, BasicProperties } = require(join(dirname(require.resolve('amqplib')), 'lib/defs.js')) as Record<
  string,
  number
>;

const EXCHANGE = 'gateway';

function byAmqplib(message: EventMessage, channel: number, frameMax: number): Buffer {
  const written: Buffer[] = [];
  const channels = { [channel]: { buffer: { write: (bytes: Buffer) => written.push(bytes) } } };
  const connection = Object.assign(Object.create(Connection.prototype) as typeof Connection.prototype, {
    channels,
    frameMax,
  });
  const { persistent, ...properties } = message.properties;
  const fields = { exchange: EXCHANGE, routingKey: message.routingKey, mandatory: false, immediate: false };
  const deliveryMode = persistent ? 2 : 1;
  connection.sendMessage(
    channel,
    BasicPublish,
    fields,
    BasicProperties,
    { ...properties, deliveryMode },
    Buffer.concat(message.body),
  );
  return Buffer.concat(written);
}

function byUs(message: EventMessage, channel: number, frameMax: number): Buffer {
  const frames = createPublishFrames({ channel, frameMax, exchange: EXCHANGE });
  const before = 3;
  const into = Buffer.alloc(before + frames.size(message), 0xff);
  expect(frames.write(message, into, before)).toBe(into.length);
  return into.subarray(before);
}

const whole = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer(), fc.maxSafeInteger());
const messages: fc.Arbitrary<EventMessage> = fc
  .record({
    t: fc.oneof(fc.constant('MESSAGE_CREATE'), fc.string({ maxLength: 60, unit: 'grapheme' })),
    body: fc.array(
      fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes)),
      { maxLength: 5 },
    ),
    timestamp: fc.maxSafeInteger().map(Math.abs),
    messageId: fc.option(fc.string({ maxLength: 60, unit: 'binary' }), { nil: undefined }),
    headers: fc.record({ shard: whole, shards: whole, seq: fc.option(whole, { nil: undefined }) }),
  })
  .map(({ t, body, timestamp, messageId, headers }) => ({
    routingKey: t,
    body,
    properties: {
      persistent: true,
      contentType: 'application/json',
      type: t,
      timestamp,
      headers,
      ...(messageId === undefined ? {} : { messageId }),
    },
  }));

describe('the frames of a message', () => {
  it('are those that amqplib writes, for any body, property and size of a frame', () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 65_535 }), fc.constantFrom(4_096, 131_072), (...all) => {
        expect(byUs(...all).equals(byAmqplib(...all))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('of a name that is too long for AMQP are refused before anything is written', () => {
    const frames = createPublishFrames({ channel: 1, frameMax: 4_096, exchange: EXCHANGE });
    const properties = { persistent: true, contentType: 'application/json', timestamp: 0, headers: {} } as const;
    const message = { routingKey: 'X', body: [], properties: { ...properties, type: 'é'.repeat(128) } };
    expect(() => frames.size(message)).toThrow(TypeError);
    expect(frames.size({ ...message, properties: { ...properties, type: 'é'.repeat(127) } })).toBeGreaterThan(0);
  });
});
