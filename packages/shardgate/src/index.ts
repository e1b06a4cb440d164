export * from '@shardgate/client';
// Both ends of a command have a type of this name; a bot writes the client's.
export type { MemberSelection } from '@shardgate/client';
export * from '@shardgate/delivery';
export * from '@shardgate/gateway';
// The client, which depends on nothing of ours, has smaller ports of the same names; these satisfy both.
export type { Clock, Random, TimerHandle } from '@shardgate/gateway';
export {
  BASE_URL,
  createRestManager,
  createRestProcess,
  endpoints,
  httpForwarder,
  RestError,
  type HttpForwarder,
  type HttpForwarderOptions,
  type RestManager,
  type RestManagerOptions,
  type RestProcess,
  type RestProcessOptions,
} from '@shardgate/rest';
export { Op, Payload, WireError, type WireErrorCode } from '@shardgate/wire';
export type { Configuration } from './configuration/configuration.ts';
export {
  defineConfiguration,
  type ConfigurationContext,
  type ConfigurationFunction,
  type ConfigurationInput,
  type SecretReference,
} from './configuration/define-configuration.ts';
export { loadConfiguration, type LoadedConfiguration, type LoadOptions } from './configuration/load-configuration.ts';
export { ConfigurationError, type Mistake } from './configuration/mistake.ts';
export type { ConfigurationNote } from './configuration/profiles/profile-layer.ts';
export type * from './configuration/broker-sink-configuration.ts';
export type * from './configuration/sink-configuration.ts';
export type * from './configuration/store-configuration.ts';
export { createLog, type Log, type LogOptions } from './log/create-log.ts';
export { createService, type Service } from './service/service.ts';
export { EXIT_CODES, ServiceError, type ExitReason } from './service/service-error.ts';
export type * from './service/reshard-view.ts';
export type * from './service/service-view.ts';
export type * from './service/shard-condition.ts';
export type * from './service/state-view.ts';
export { attachTracing } from './tracing/attach-tracing.ts';
export { startGateway, type StartGatewayOptions } from './start-gateway.ts';
