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

/** What clients of a stream may do beside receiving. */
export type Commands = Pick<CommandIntake, 'execute'>;

/** Makes the sink that a configuration asks for. */
export function createSink(configuration: SinkConfiguration, commands: Commands): Sink {
  const options = sinkOptions(configuration);
  const { type } = configuration;
  switch (type) {
    case 'websocket':
      return createWebSocketSink({ ...(options as Options<'websocket'>), commands });
    case 'unix':
      return createUnixSink({ ...(options as Options<'unix'>), commands });
    case 'http':
      return createHttpSink(options as Options<'http'>);
    case 'assyst':
      return createAssystSink(options as Options<'assyst'>);
    case 'stdout':
      return createStdioSink(options as Options<'stdout'>);
    default:
      return type satisfies never;
  }
}

type Options<Type extends SinkConfiguration['type']> = Omit<
  Extract<SinkConfiguration, { type: Type }>,
  'type' | 'required' | 'events' | 'ignoreEvents'
>;
