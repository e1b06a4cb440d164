export * from '@shardgate/gateway';
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
