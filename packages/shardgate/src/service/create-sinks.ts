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
import type { GatewayManager } from '@shardgate/gateway';
import { partOptions } from '../configuration/protect-secrets.ts';
import type { SinkConfiguration } from '../configuration/sink-configuration.ts';
import { grpcManagement } from './grpc-management.ts';
import { readClientTls, readServerTls } from './tls-files.ts';

/** One of KafkaJS' ways to log in. */
type KafkaLogin = NonNullable<KafkaSinkOptions['sasl']>;

/** What clients of a sink may do beside receiving. */
export interface SinkCommands {
  readonly intake: Pick<CommandIntake, 'execute'>;
  readonly gateway: GatewayManager;
}

/**
 * Makes the sink that a configuration asks for.
 *
 * @throws {ServiceError} for a file that cannot be read
 */
export function createSink(configuration: SinkConfiguration, { intake, gateway }: SinkCommands): Sink {
  const tlsSetting = `sinks.${configuration.name}.tls`;
  switch (configuration.type) {
    case 'websocket':
      return createWebSocketSink({ ...partOptions(configuration), commands: intake });
    case 'unix':
      return createUnixSink({ ...partOptions(configuration), commands: intake });
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
      const { management, tls: files, ...options } = partOptions(configuration);
      const tls = files === undefined ? {} : { tls: readServerTls(files, tlsSetting) };
      return createGrpcStreamSink({
        ...options,
        ...tls,
        ...(management ? { intake, ...grpcManagement(gateway) } : {}),
      });
    }
    case 'grpcPush': {
      const { tls: files, ...options } = partOptions(configuration);
      const tls = files === undefined ? {} : { tls: readClientTls(files, tlsSetting) };
      const botId = (): string | null => gateway.shards.values().next().value?.userId ?? null;
      return createGrpcPushSink({ ...options, ...tls, botId });
    }
    case 'kafka': {
      const { mechanism, username = '', password = '', tls, ...options } = partOptions(configuration);
      const sasl = mechanism === undefined ? {} : { sasl: { mechanism, username, password } as KafkaLogin };
      return createKafkaSink({ ...options, ...(tls ? { tls } : {}), ...sasl });
    }
    default:
      return configuration satisfies never;
  }
}
