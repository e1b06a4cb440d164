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
export { startGateway, type StartGatewayOptions } from './start-gateway.ts';
