import type { CommandPort, Sink, SinkDoor } from '@shardgate/delivery';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { checkOptions } from '../options/check-options.ts';
import { port, text, wholeNumber } from '../options/shapes.ts';
import { createConsumer, type Consumer, type ConsumerHost, type ConsumerState } from './consumer.ts';
import type { ConsumerMessage, GatewayMessage } from './consumer-messages.ts';
import { MAX_CONSUMERS } from './defaults.ts';
import { createEventRates } from './event-rate.ts';
import { loadGrpc, loadService, type Grpc } from './grpc-library.ts';
import { createLaneShares } from './lane-shares.ts';
import { listen, metadataText, type GrpcAddress, type Listener } from './listener.ts';
import { managementServices, managementShape, type GrpcManagementOptions } from './management-options.ts';
import { listenShape, readListenOptions, type GrpcListenOptions } from './server-options.ts';

/** Options of {@link createGrpcStreamSink}. */
export interface GrpcStreamSinkOptions extends GrpcListenOptions, GrpcManagementOptions {
  /** Unique among the sinks of a delivery. */
  readonly name: string;
  /** Consumers at a time. Default 64. */
  readonly maxConsumers?: number | undefined;
  /** What `createCommandIntake` made: with it the same port has `gateway.Gateway` and `shardgate.v1.Commands`. Default: none. */
  readonly intake?: CommandPort | undefined;
}

/** Hands events to consumers that call `shardgate.v1.Events/Consume`. */
export interface GrpcStreamSink extends Sink {
  /** Where it listens; undefined while it does not. */
  readonly address: GrpcAddress | undefined;
  /** For metrics. */
  status(): { readonly consumers: readonly GrpcConsumerStatus[]; readonly calls: number };
}

/** State of one consumer. */
export interface GrpcConsumerStatus {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly state: ConsumerState;
  /** `<shard>/<shardCount>` of its lanes. */
  readonly lanes: readonly string[];
}

const OWNER = 'createGrpcStreamSink';

/**
 * Creates a sink that is a gRPC server: consumers open a stream, are sent the events of their shards in batches, and acknowledge them. Several
 * consumers share the shards. A consumer that does not acknowledge within the delivery's `ackTimeoutMs` is cut off; what it left goes to the next.
 *
 * @throws {TypeError | RangeError} an option is unknown or wrong, or it would listen to everybody
 */
export function createGrpcStreamSink(options: GrpcStreamSinkOptions): GrpcStreamSink {
  checkOptions(OWNER, options, {
    ...listenShape,
    ...managementShape,
    name: text,
    maxConsumers: wholeNumber(1).optional(),
    intake: port('execute').optional(),
  });
  const { name, intake, maxConsumers = MAX_CONSUMERS } = options;
  const listening = readListenOptions(OWNER, options);
  const { clock } = listening;
  const consumers = new Set<Consumer>();
  const shares = createLaneShares();
  const rates = createEventRates();
  let door: SinkDoor | undefined;
  let listener: Listener | undefined;
  let library: Grpc | undefined;
  let calls = 0;
  let isReady = false;

  const updateReady = (): void => {
    const ready = [...consumers].some(({ isTaking }) => isTaking);
    if (ready === isReady) return;
    isReady = ready;
    door?.setReady(ready);
  };

  const host: ConsumerHost = {
    joined: (consumer) => {
      door?.report('info', `${name}: consumer ${titleOf(consumer)} came from ${consumer.address}`);
      shares.join(consumer);
      updateReady();
    },
    retiring: (consumer) => {
      updateReady();
      shares.retire(consumer);
    },
    acknowledged: (lane) => shares.settled(lane),
    left: (consumer, reason) => {
      consumers.delete(consumer);
      // Before its lanes are given back: what finds no other consumer must not be tried again at once.
      updateReady();
      shares.leave(consumer, new Error(`${name}: consumer ${titleOf(consumer)} is gone`));
      door?.report('info', `${name}: consumer ${titleOf(consumer)} left: ${reason}`);
    },
  };

  const consume =
    (grpc: Grpc) =>
    (call: ServerDuplexStream<ConsumerMessage, GatewayMessage>): void => {
      const refuse = (code: number, details: string): void => {
        call.on('error', () => {});
        call.emit('error', { code, details });
      };
      if (!listening.admits(metadataText(call.metadata, 'authorization')))
        return refuse(grpc.status.UNAUTHENTICATED, 'the key is wrong, or there is none');
      if (door === undefined) return refuse(grpc.status.UNAVAILABLE, 'this sink is closing; come again later');
      if (consumers.size >= maxConsumers)
        return refuse(grpc.status.RESOURCE_EXHAUSTED, `${maxConsumers} consumers are connected already`);
      consumers.add(createConsumer(`${name}#${++calls}`, call, host, grpc, clock));
    };

  const open = async (): Promise<Listener> => {
    const grpc = await loadGrpc();
    library = grpc;
    const { Consume, ...others } = await loadService('shardgate/v1/events.proto', 'shardgate.v1.Events', 'counts');
    if (Consume === undefined) throw new Error('shardgate/v1/events.proto has no call Consume');
    const encode = Consume.responseSerialize;
    // Batches of events come encoded.
    const responseSerialize = (message: GatewayMessage): Buffer =>
      Buffer.isBuffer(message) ? message : encode(message);
    const eventRate = (shardId: number): number => rates.of(shardId, clock.now());
    const management =
      intake === undefined ? undefined : await managementServices(grpc, listening, intake, { ...options, eventRate });
    return listen(grpc, listening, (server) => {
      server.addService({ ...others, Consume: { ...Consume, responseSerialize } }, { Consume: consume(grpc) });
      management?.(server);
    });
  };

  return {
    name,
    get address() {
      return listener?.address;
    },
    status: () => ({
      consumers: [...consumers].map(({ id, name: given, address, state, lanes }) => ({
        id,
        name: given,
        address,
        state,
        lanes: [...lanes.keys()],
      })),
      calls,
    }),
    open: async (opened) => {
      await listener?.close();
      listener = undefined;
      listener = await open();
      door = opened;
      isReady = false;
      updateReady();
    },
    deliver: (batch) => {
      if (!isReady) return Promise.reject(new Error(`${name}: no consumer is connected`));
      for (const record of batch.records) if (record.kind === 'event') rates.count(record.shardId, clock.now());
      const lane = shares.of(batch.lane);
      const done = lane.push(batch);
      lane.owner?.wake(lane);
      return done;
    },
    forget: (lane) => {
      shares.forget(lane);
      rates.forget(lane.shardId);
    },
    close: async () => {
      const closing = listener;
      listener = undefined;
      door = undefined;
      isReady = false;
      shares.clear(new Error(`${name}: closed`));
      for (const consumer of consumers)
        if (library !== undefined) consumer.end(library.status.UNAVAILABLE, 'this sink is closing; come again later');
      await closing?.close();
    },
  };
}

function titleOf({ id, name }: Consumer): string {
  return name === '' ? id : `${JSON.stringify(name)} (${id})`;
}
