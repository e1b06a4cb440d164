export { createAmqpSink, type AmqpSink, type AmqpSinkStatus } from './amqp-sink.ts';
export type { AmqpSinkOptions } from './sink-options.ts';
export type { LinkOptions } from './link-options.ts';
export { createAmqpCommands, type AmqpCommands, type AmqpCommandsStatus } from './amqp-commands.ts';
export type { AmqpCommandsOptions } from './commands-options.ts';
