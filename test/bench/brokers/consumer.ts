import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import amqplib from 'amqplib';
import type { ConsumerMessage, ConsumerOptions } from './broker.ts';

/** A bot that does nothing with its events but acknowledge them, in a process of its own. */
const { of, url } = JSON.parse(process.argv[2] ?? '') as ConsumerOptions;
const PREFETCH = 1_000;

/** A part of what is read of the stream. */
interface Received {
  readonly events?: {
    readonly shard: number;
    readonly shardCount: number;
    readonly events: readonly { readonly offset: number }[];
  };
}

async function consumeQueue(): Promise<void> {
  const connection = await amqplib.connect(url, { noDelay: true });
  const channel = await connection.createChannel();
  await channel.prefetch(PREFETCH);
  await channel.assertQueue('gateway.recv', { durable: true });
  await channel.consume('gateway.recv', (message) => {
    if (message !== null) channel.ack(message);
  });
}

function consumeStream(): void {
  const file = fileURLToPath(import.meta.resolve('@shardgate/brokers/proto/shardgate/v1/events.proto'));
  const services = loadSync(file, { longs: Number, oneofs: true });
  const Events = grpc.makeClientConstructor(services['shardgate.v1.Events'] as grpc.ServiceDefinition, 'Events');
  const client = new Events(url, grpc.credentials.createInsecure(), { 'grpc.max_receive_message_length': -1 });
  const call = (client['consume'] as () => grpc.ClientDuplexStream<object, Received>).call(client);
  call.write({ hello: { name: 'bench' } });
  call.on('data', ({ events }: Received) => {
    const last = events?.events.at(-1);
    if (events !== undefined && last !== undefined)
      call.write({ ack: { shard: events.shard, shardCount: events.shardCount, offset: last.offset } });
  });
}

process.on('disconnect', () => process.exit());
if (of === 'rabbitmq') await consumeQueue();
else consumeStream();
process.send?.({ kind: 'ready' } satisfies ConsumerMessage);
