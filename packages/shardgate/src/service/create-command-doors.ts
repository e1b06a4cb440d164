import { createAmqpCommands } from '@shardgate/brokers/amqp';
import { createGrpcCommands } from '@shardgate/brokers/grpc';
import { createNatsCommands } from '@shardgate/brokers/nats';
import { createRedisCommands } from '@shardgate/brokers/redis';
import type { CommandIntake } from '@shardgate/delivery';
import type { GatewayManager } from '@shardgate/gateway';
import type { Configuration } from '../configuration/configuration.ts';
import type { SinkConfiguration } from '../configuration/sink-configuration.ts';
import type { Log } from '../log/create-log.ts';
import type { EventMeter } from './event-meter.ts';
import { grpcManagement } from './grpc-management.ts';
import { addressError } from './service-error.ts';
import { readServerTls } from './tls-files.ts';

/** Takes commands from a broker that events go to. */
export interface CommandDoor {
  /** Begins to connect. Rejects when the broker's client is not installed. */
  start(): Promise<void> | void;
  /** Takes no more commands and waits, within a bound, for those under way. */
  stop(): Promise<void>;
}

/** What the doors need of their service. */
export interface CommandDoorParts {
  readonly intake: CommandIntake;
  readonly gateway: GatewayManager;
  readonly meter: Pick<EventMeter, 'ofShard'>;
  readonly log: Log;
}

/**
 * The doors of all sinks whose configuration has `commands`, and the gRPC server of commands where there is to be one.
 *
 * @throws {ServiceError} for a file that cannot be read
 */
export function createCommandDoors(
  { sinks, commands }: Configuration,
  parts: CommandDoorParts,
): readonly CommandDoor[] {
  const doors = sinks.flatMap((sink) => createDoor(sink, parts) ?? []);
  return commands.grpc.enabled ? [...doors, createGrpcDoor(commands.grpc, parts)] : doors;
}

/** Tatsu's management service, and our commands beside it. */
function createGrpcDoor(
  { host, port, secretKey, certFile, keyFile, clientCaFile }: Configuration['commands']['grpc'],
  { intake, gateway, meter, log }: CommandDoorParts,
): CommandDoor {
  const server = createGrpcCommands({
    intake,
    host,
    port,
    ...(secretKey === null ? {} : { secretKey }),
    ...(certFile === null || keyFile === null
      ? {}
      : { tls: readServerTls({ certFile, keyFile, clientCaFile: clientCaFile ?? undefined }, 'commands.grpc') }),
    ...grpcManagement(gateway),
    eventRate: (shardId) => meter.ofShard(shardId),
  });
  return {
    async start() {
      const address = await server.start().catch((error: unknown) => {
        throw addressError(error, 'the gRPC commands (commands.grpc)', `${host}:${port}`);
      });
      log.info({ kind: 'commands', ...address }, `commands are taken by gRPC on ${address.host}:${address.port}`);
    },
    stop: () => server.stop(),
  };
}

function createDoor(sink: SinkConfiguration, { intake, log }: CommandDoorParts): CommandDoor | undefined {
  if (!('commands' in sink) || sink.commands === undefined) return undefined;
  const common = {
    url: sink.url,
    intake,
    report: (level: 'info' | 'warn' | 'error', message: string): void =>
      log[level]({ kind: 'commands', sink: sink.name }, message),
  };
  if (sink.type === 'amqp') return createAmqpCommands({ ...common, ...sink.commands });
  if (sink.type === 'jetstream' || sink.type === 'nats') return createNatsCommands({ ...common, ...sink.commands });
  return createRedisCommands({ ...common, ...sink.commands });
}
