export { BASE_URL, CDN_URL } from './defaults.ts';
export type { DiscordCall } from './discord/discord-caller.ts';
export { httpForwarder } from './forwarder/http-forwarder.ts';
export type { HttpForwarder, HttpForwarderOptions } from './forwarder/http-forwarder.ts';
export type { HttpReply } from './http/http-exchange.ts';
export type { Verb } from './http/verb.ts';
export type { Connections } from './manager/connections.ts';
export { createRequest } from './manager/create-request.ts';
export { createRestManager } from './manager/create-rest-manager.ts';
export { readReply } from './manager/read-reply.ts';
export type { RestFile } from './manager/request-body.ts';
export type {
  RestManager,
  RestManagerOptions,
  RestMethods,
  RestRequest,
  RestState,
  RestVerb,
  RunMethodOptions,
} from './manager/rest-manager.ts';
export { runMethod } from './manager/run-method.ts';
export { sendRequest } from './manager/send-request.ts';
export type { Clock, TimerHandle } from './ports/clock.ts';
export type { Random } from './ports/random.ts';
export { checkAuthorization } from './process/authorization.ts';
export { createRestProcess } from './process/create-rest-process.ts';
export { handleRequest } from './process/handle-request.ts';
export type {
  RestProcess,
  RestProcessAddress,
  RestProcessLimits,
  RestProcessMethods,
  RestProcessOptions,
  RestServer,
} from './process/rest-process.ts';
export { RestError } from './rest-error.ts';
export type { RestErrorCode, RestErrorDetails } from './rest-error.ts';
export { endpoints } from './routes/endpoints.ts';
export type { GatewayBotData } from './routes/endpoints.ts';
export type { FixedRoute, ParsedRoute, RouteArgument, RoutePath, UntypedJson } from './routes/route.ts';
export type { Id } from './routes/segment.ts';
export type { Debug } from './trace.ts';
