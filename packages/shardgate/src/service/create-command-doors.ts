import { createAmqpCommands } from '@shardgate/brokers/amqp';
import { createNatsCommands } from '@shardgate/brokers/nats';
import { createRedisCommands } from '@shardgate/brokers/redis';
import type { CommandIntake } from '@shardgate/delivery';
import type { SinkConfiguration } from '../configuration/sink-configuration.ts';
import type { Log } from '../log/create-log.ts';

/** Takes commands from a broker that events go to. */
export interface CommandDoor {
  /** Begins to connect. Rejects when the broker's client is not installed. */
  start(): Promise<void> | void;
  /** Takes no more commands and waits, within a bound, for those under way. */
  stop(): Promise<void>;
}

/** The doors of all sinks whose configuration has `commands`. */
export function createCommandDoors(
  sinks: readonly SinkConfiguration[],
  intake: CommandIntake,
  log: Log,
): readonly CommandDoor[] {
  return sinks.flatMap((sink) => createDoor(sink, intake, log) ?? []);
}

function createDoor(sink: SinkConfiguration, intake: CommandIntake, log: Log): CommandDoor | undefined {
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
