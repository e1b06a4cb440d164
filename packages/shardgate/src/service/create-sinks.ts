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
import { sinkOptions } from '../configuration/protect-secrets.ts';
import type { SinkConfiguration } from '../configuration/sink-configuration.ts';

/** One of KafkaJS' ways to log in. */
type KafkaLogin = NonNullable<KafkaSinkOptions['sasl']>;

/** What clients of a stream may do beside receiving. */
export type Commands = Pick<CommandIntake, 'execute'>;

/** Makes the sink that a configuration asks for. */
export function createSink(configuration: SinkConfiguration, commands: Commands): Sink {
  switch (configuration.type) {
    case 'websocket':
      return createWebSocketSink({ ...sinkOptions(configuration), commands });
    case 'unix':
      return createUnixSink({ ...sinkOptions(configuration), commands });
    case 'http':
      return createHttpSink(sinkOptions(configuration));
    case 'assyst':
      return createAssystSink(sinkOptions(configuration));
    case 'stdout':
      return createStdioSink(sinkOptions(configuration));
    case 'amqp':
      return createAmqpSink(sinkOptions(configuration));
    case 'redisList':
      return createRedisListSink(sinkOptions(configuration));
    case 'redisStream':
      return createRedisStreamSink(sinkOptions(configuration));
    case 'jetstream':
      return createJetStreamSink(sinkOptions(configuration));
    case 'nats':
      return createCoreNatsSink(sinkOptions(configuration));
    case 'grpc': {
      const { management, ...options } = sinkOptions(configuration);
      return createGrpcStreamSink({ ...options, ...(management ? { intake: commands } : {}) });
    }
    case 'grpcPush':
      return createGrpcPushSink(sinkOptions(configuration));
    case 'kafka': {
      const { mechanism, username = '', password = '', tls, ...options } = sinkOptions(configuration);
      const sasl = mechanism === undefined ? {} : { sasl: { mechanism, username, password } as KafkaLogin };
      return createKafkaSink({ ...options, ...(tls ? { tls } : {}), ...sasl });
    }
    default:
      return configuration satisfies never;
  }
}
