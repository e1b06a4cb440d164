import { createLaneQueue, RefusedError, type Batch, type Sink, type SinkDoor } from '@shardgate/delivery';
import type { NatsConnection } from '@nats-io/transport-node';
import type { z } from 'zod';
import { checkOptions } from '../options/check-options.ts';
import { oneOf, text } from '../options/shapes.ts';
import { PREFIX } from './defaults.ts';
import { recordMessage } from './jetstream-message.ts';
import { subjectPrefix } from './jetstream-options.ts';
import { createNatsLink, type NatsLink } from './nats-link.ts';
import { readTarget, targetShape, type NatsTarget } from './nats-target.ts';

/** Options of {@link createCoreNatsSink}. */
export interface CoreNatsSinkOptions extends NatsTarget {
  /** Unique among the sinks of a delivery. */
  readonly name: string;
  /** Subjects are `<prefix>.<event name>.<shard id>`. Default `discord`. */
  readonly prefix?: string | undefined;
  /** What a message is: an object with `op`, `s`, `t`, `id`, `shard`, `d` and more (`event`), or the JSON text of `d` alone (`data`). Default `event`. */
  readonly body?: 'event' | 'data' | undefined;
}

const shape: Readonly<Record<keyof CoreNatsSinkOptions, z.ZodType>> = {
  ...targetShape,
  name: text,
  prefix: subjectPrefix.optional(),
  body: oneOf('event', 'data').optional(),
};

/** Bytes that a message's subject takes besides its body, at most. */
const HEAD_BYTES = 1_024;

/**
 * Creates a sink that publishes each event to core NATS, which LOSES EVENTS BY DESIGN: NATS keeps nothing, so an event reaches the subscribers of its
 * moment and nobody else, and a subscriber that is slow is cut off. For anything that must not be lost use `createJetStreamSink`.
 *
 * A batch counts as acknowledged when the server has taken it, whether or not anybody was there to get it.
 *
 * @throws {TypeError | RangeError} an option is unknown or wrong; addresses are never shown
 */
export function createCoreNatsSink(options: CoreNatsSinkOptions): Sink {
  checkOptions('createCoreNatsSink', options, shape);
  const { name, prefix = PREFIX, body = 'event' } = options;
  const target = readTarget(options, `shardgate:${name}`);
  let queue = createLaneQueue();
  let link: NatsLink | undefined;
  /** Ends the waits for a server's answer. */
  const waits = new Set<(error: Error) => void>();

  async function publish(batch: Batch, from: NatsLink): Promise<void> {
    const { connection } = from;
    if (connection === undefined) throw new Error(`NATS ${target.where} is not connected`);
    const limit = connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
    const messages = batch.records.map((record) => recordMessage(record, { prefix, body }));
    const large = messages.find(({ bytes }) => bytes.length + HEAD_BYTES > limit);
    if (large !== undefined)
      throw new RefusedError(
        `an event of ${large.bytes.length} bytes is more than NATS ${target.where} takes (${limit})`,
      );
    for (const { subject, bytes } of messages) connection.publish(subject, bytes);
    await answered(connection, from);
    from.succeeded();
  }

  /** A server that does not answer costs its connection. */
  function answered(connection: NatsConnection, from: NatsLink): Promise<void> {
    const { clock, timeoutMs } = target;
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        clock.clearTimer(timer);
        waits.delete(end);
        if (error === undefined) resolve();
        else reject(error);
      };
      const fail = (error: Error): void => {
        if (from.connection === connection) from.begin(error, true);
        end(error);
      };
      const timer = clock.setTimer(() => fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      waits.add(end);
      connection.flush().then(() => end(), fail);
    });
  }

  return {
    name,
    open: async (door: SinkDoor) => {
      await link?.stop();
      queue = createLaneQueue();
      door.report(
        'warn',
        `core NATS keeps no events: what no subscriber of ${target.where} reads at once is lost; use JetStream for what must not be`,
      );
      link = createNatsLink({
        target,
        report: door.report,
        greet: (connection) => connection.flush(),
        onReady: (ready) => door.setReady(ready),
      });
      link.start();
    },
    deliver: (batch) =>
      queue.run(batch.lane, () => {
        if (link === undefined) throw new Error(`sink ${name} is not open`);
        return publish(batch, link);
      }),
    close: async () => {
      const closing = link;
      link = undefined;
      for (const end of waits) end(new Error(`sink ${name} was closed`));
      await closing?.stop();
    },
  };
}
