import { createAmqpSink } from '@shardgate/brokers/amqp';
import { createGrpcPushSink, createGrpcStreamSink } from '@shardgate/brokers/grpc';
import { createKafkaSink, type KafkaSinkOptions } from '@shardgate/brokers/kafka';
import { createCoreNatsSink, createJetStreamSink } from '@shardgate/brokers/nats';
import { createRedisListSink, createRedisStreamSink } from '@shardgate/brokers/redis';
import {
  createAssystSink,
  createHttpSink,
  createStdioSink,
  createUnixSink,
  createWebSocketSink,
  type CommandIntake,
  type Sink,
} from '@shardgate/delivery';
import { partOptions } from '../configuration/protect-secrets.ts';
import type { SinkConfiguration } from '../configuration/sink-configuration.ts';

/** One of KafkaJS' ways to log in. */
type KafkaLogin = NonNullable<KafkaSinkOptions['sasl']>;

/** What clients of a stream may do beside receiving. */
export type Commands = Pick<CommandIntake, 'execute'>;

/** Makes the sink that a configuration asks for. */
export function createSink(configuration: SinkConfiguration, commands: Commands): Sink {
  switch (configuration.type) {
    case 'websocket':
      return createWebSocketSink({ ...partOptions(configuration), commands });
    case 'unix':
      return createUnixSink({ ...partOptions(configuration), commands });
    case 'http':
      return createHttpSink(partOptions(configuration));
    case 'assyst':
      return createAssystSink(partOptions(configuration));
    case 'stdout':
      return createStdioSink(partOptions(configuration));
    case 'amqp':
      return createAmqpSink(partOptions(configuration));
    case 'redisList':
      return createRedisListSink(partOptions(configuration));
    case 'redisStream':
      return createRedisStreamSink(partOptions(configuration));
    case 'jetstream':
      return createJetStreamSink(partOptions(configuration));
    case 'nats':
      return createCoreNatsSink(partOptions(configuration));
    case 'grpc': {
      const { management, ...options } = partOptions(configuration);
      return createGrpcStreamSink({ ...options, ...(management ? { intake: commands } : {}) });
    }
    case 'grpcPush':
      return createGrpcPushSink(partOptions(configuration));
    case 'kafka': {
      const { mechanism, username = '', password = '', tls, ...options } = partOptions(configuration);
      const sasl = mechanism === undefined ? {} : { sasl: { mechanism, username, password } as KafkaLogin };
      return createKafkaSink({ ...options, ...(tls ? { tls } : {}), ...sasl });
    }
    default:
      return configuration satisfies never;
  }
}
