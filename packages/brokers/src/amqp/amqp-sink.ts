import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { Sink, SinkDoor } from '@shardgate/delivery';
import type { TimerHandle } from '../ports/clock.ts';
import { QUORUM_SETTLE_MS } from './defaults.ts';
import { createLaneMarks } from './lane-marks.ts';
import { createLink, type Link } from './link.ts';
import { MAX_CHUNKS } from './message-writer.ts';
import { createPublisher, type Publisher } from './publisher.ts';
import { readSinkOptions, type AmqpSinkOptions } from './sink-options.ts';
import { declareTopology, topologyExists } from './topology.ts';

/** Publishes to RabbitMQ. */
export interface AmqpSink extends Sink {
  /** For metrics. */
  status(): AmqpSinkStatus;
}

export interface AmqpSinkStatus {
  /** Connected, declared, and the broker takes messages. */
  readonly ready: boolean;
  /** The broker has run out of memory or disk. */
  readonly blocked: boolean;
  /** The queue has reached `maxLength`. */
  readonly full: boolean;
  /** Connections that were set up so far. */
  readonly connections: number;
  /** Gaps that were not published, since `gaps` is off. */
  readonly untoldGaps: number;
  /** Times that a broker came back without what it had confirmed. */
  readonly brokerLosses: number;
}

/**
 * Creates a sink that publishes events to a topic exchange of RabbitMQ as twilight-dispatch does, with the event's name as routing key and
 * `{"op":0,"t":…,"d":…,"old":…}` as body. Unlike there, messages are persistent and confirmed by the broker, carry id, shard and sequence number
 * as properties, and keep the order of each shard. Nothing is connected before the delivery starts.
 *
 * An event is acknowledged when the broker has confirmed it: it is then on the disk of all durable queues that wanted it, and nowhere if none did. While
 * the broker is away, blocked or full, events wait in the delivery. An event can be published twice when a confirmation was lost; both have
 * the same `message_id`.
 *
 * @throws {TypeError | RangeError} an option is unknown or wrong; the url is never shown
 */
export function createAmqpSink(options: AmqpSinkOptions): AmqpSink {
  const settings = readSinkOptions(options);
  const { clock, address } = settings;
  const marks = createLaneMarks();
  let door: SinkDoor = { setReady: () => {}, report: () => {} };
  let link: Link | undefined;
  let publisher: Publisher | undefined;
  let isBlocked = false;
  let isFull = false;
  let isSettling = false;
  let settleTimer: TimerHandle;
  let connections = 0;
  let untoldGaps = 0;
  let brokerLosses = 0;

  const isReady = (): boolean => publisher !== undefined && !isBlocked && !isFull && !isSettling;
  const update = (): void => door.setReady(isReady());

  const settle = (): void => {
    isSettling = true;
    settleTimer = clock.setTimer(() => {
      isSettling = false;
      update();
    }, QUORUM_SETTLE_MS);
  };

  const noteLoss = (): void => {
    const lanes = marks.brokerLost();
    brokerLosses++;
    const told = settings.gaps ? 'consumers are told by a GAP' : 'with gaps: true consumers would be told';
    door.report(
      'error',
      `${address.label} has lost ${settings.queue ?? settings.exchange}, and with it what it had confirmed and nobody had consumed, of ${lanes} shards; ${told}`,
    );
  };

  const openChannel = async (connection: ChannelModel): Promise<ConfirmChannel> => {
    const channel = await connection.createConfirmChannel({ highWaterMark: MAX_CHUNKS });
    // Without an error of its own it closes with the connection, which says why.
    channel.on('error', (error) => link?.reset(connection, error));
    return channel;
  };

  const createOwnLink = (): Link =>
    createLink(settings, {
      async up(connection) {
        const existed = await topologyExists(connection, settings);
        if (!existed && connections > 0) noteLoss();
        const channel = await openChannel(connection);
        await declareTopology(channel, settings);
        connections++;
        publisher = createPublisher(channel, settings, marks, {
          onFull(full) {
            if (full && !isFull) door.report('warn', `${address.label}: ${settings.queue} is full; events wait`);
            isFull = full;
            update();
          },
          onFailure: (reason) => link?.reset(connection, reason),
          onUntoldGap: () => untoldGaps++,
        });
        if (!existed && settings.queueType === 'quorum') settle();
        update();
      },
      down(reason) {
        clock.clearTimer(settleTimer);
        isSettling = false;
        const ended = publisher;
        publisher = undefined;
        isBlocked = false;
        isFull = false;
        update();
        ended?.end(reason);
      },
      blocked(blocked) {
        if (blocked)
          door.report('warn', `${address.label} takes no messages: it is out of memory or disk; events wait`);
        else door.report('info', `${address.label} takes messages again`);
        isBlocked = blocked;
        publisher?.setBlocked(blocked);
        update();
      },
      report: (level, message) => door.report(level, message),
    });

  return {
    name: settings.name,
    async open(given) {
      door = given;
      link ??= createOwnLink();
      await link.start();
    },
    async deliver(batch) {
      if (publisher === undefined) throw new Error(`${address.label} is not connected`);
      await publisher.deliver(batch);
    },
    async close() {
      const open = link;
      link = undefined;
      await open?.stop();
    },
    status: () => ({
      ready: isReady(),
      blocked: isBlocked,
      full: isFull,
      connections,
      untoldGaps,
      brokerLosses,
    }),
  };
}
