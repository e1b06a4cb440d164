export { createJetStreamSink } from './jetstream-sink.ts';
export type { JetStreamSinkOptions } from './jetstream-options.ts';
export type { NatsTarget } from './nats-target.ts';
export { createCoreNatsSink, type CoreNatsSinkOptions } from './core-sink.ts';
export { createNatsCommands, type NatsCommands, type NatsCommandsStatus } from './nats-commands.ts';
export type { NatsCommandsOptions } from './commands-options.ts';
export type { Timing } from '../timing.ts';
