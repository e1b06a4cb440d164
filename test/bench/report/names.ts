import type { BrokerId } from '../brokers/broker.ts';
import type { SubjectName } from '../runner/cell.ts';

/** What the programs are called on the page. */
export const SUBJECT_NAMES: Readonly<Record<SubjectName, string>> = {
  shardgate: 'Shardgate',
  wire: '@shardgate/wire alone',
  floor: 'floor',
  cloudstorm: 'cloudstorm',
  'discordjs-ws': '@discordjs/ws, zlib-sync',
  'discordjs-ws-native': '@discordjs/ws, node:zlib',
  discordeno: '@discordeno/gateway',
  'delivery-unix': 'Shardgate, UNIX socket',
  'delivery-websocket': 'Shardgate, WebSocket',
  'delivery-both': 'Shardgate, both',
  'delivery-durable': 'Shardgate, journalAfterMs 0',
  'delivery-http': 'Shardgate, HTTP batches',
  fetch: 'fetch for each event',
};

/** What goes to brokers. */
export const BROKER_NAMES: Readonly<Record<BrokerId, string>> = {
  rabbitmq: 'RabbitMQ, nobody consumes',
  'rabbitmq-consumer': 'RabbitMQ, a consumer takes them',
  'rabbitmq-quorum': 'RabbitMQ, a quorum queue',
  amqplib: 'RabbitMQ through amqplib alone, no delivery',
  'redis-list': 'Redis lists, appendfsync everysec',
  'redis-list-always': 'Redis lists, appendfsync always',
  'redis-stream': 'Redis streams, appendfsync everysec',
  jetstream: 'NATS JetStream, on files',
  'grpc-stream': 'gRPC stream',
};
