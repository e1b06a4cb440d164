import { createAmqpSink } from '@shardgate/brokers/amqp';
import { createGrpcStreamSink } from '@shardgate/brokers/grpc';
import { createJetStreamSink } from '@shardgate/brokers/nats';
import { createRedisListSink, createRedisStreamSink } from '@shardgate/brokers/redis';
import type { Sink } from '@shardgate/delivery';
import type { BrokerId } from './broker.ts';

/** A sink, and where it is once it is open. */
interface Subject {
  readonly sink: Sink;
  readonly address?: () => string | undefined;
}

const amqp = (url: string): Subject => ({ sink: createAmqpSink({ name: 'bench', url }) });
const redisList = (url: string): Subject => ({ sink: createRedisListSink({ name: 'bench', url }) });

/** With their defaults. */
export const SINKS: Readonly<Record<Exclude<BrokerId, 'amqplib'>, (url: string) => Subject>> = {
  rabbitmq: amqp,
  'rabbitmq-consumer': amqp,
  'rabbitmq-quorum': (url) => ({ sink: createAmqpSink({ name: 'bench', url, queueType: 'quorum' }) }),
  'redis-list': redisList,
  'redis-list-always': redisList,
  'redis-stream': (url) => ({ sink: createRedisStreamSink({ name: 'bench', url }) }),
  jetstream: (url) => ({ sink: createJetStreamSink({ name: 'bench', url }) }),
  'grpc-stream': () => {
    const sink = createGrpcStreamSink({ name: 'bench', port: 0 });
    return { sink, address: () => (sink.address === undefined ? undefined : `127.0.0.1:${sink.address.port}`) };
  },
};
