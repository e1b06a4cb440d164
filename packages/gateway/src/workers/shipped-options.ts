import type { GatewayManager } from '../gateway-manager.ts';
import type { GatewayOptions } from '../options/gateway-options.ts';

/** Names of the options that go along. */
type ShippedName =
  | 'token'
  | 'secretKey'
  | 'url'
  | 'apiUrl'
  | 'intents'
  | 'maxConcurrency'
  | 'spawnShardDelay'
  | 'compress'
  | 'encoding'
  | 'compression'
  | '$os'
  | '$browser'
  | '$device'
  | 'presence'
  | 'largeThreshold'
  | 'trustedGatewayHosts'
  | 'queueResetInterval'
  | 'maxRequestsPerInterval'
  | 'maxQueuedCommands'
  | 'maxInFlight'
  | 'handlerTimeoutMs'
  | 'maxMessageBytes'
  | 'connectsPerSecond'
  | 'checkpointInterval'
  | 'timings'
  | 'whitelist'
  | 'ignoreEvents'
  | 'filters';

/** Options that a worker's manager takes over as they are; each can be cloned to another thread. */
const SHIPPED: readonly ShippedName[] = [
  'token',
  'secretKey',
  'url',
  'apiUrl',
  'intents',
  'maxConcurrency',
  'spawnShardDelay',
  'compress',
  'encoding',
  'compression',
  '$os',
  '$browser',
  '$device',
  'presence',
  'largeThreshold',
  'trustedGatewayHosts',
  'queueResetInterval',
  'maxRequestsPerInterval',
  'maxQueuedCommands',
  'maxInFlight',
  'handlerTimeoutMs',
  'maxMessageBytes',
  'connectsPerSecond',
  'checkpointInterval',
  'timings',
  'whitelist',
  'ignoreEvents',
  'filters',
];

/** What a worker is told of the main thread's manager. */
export interface ShippedOptions extends Pick<GatewayManager, ShippedName | 'urlWSS'> {
  /** Named by the user: what `/gateway/bot` says is not adopted. */
  readonly urlGiven: boolean;
}

/** @param workers who share what Discord is asked in a second */
export function shippedOptions(gateway: GatewayManager, workers: number): ShippedOptions {
  const picked = Object.fromEntries(SHIPPED.map((name) => [name, gateway[name]]));
  return {
    ...picked,
    connectsPerSecond: Math.max(1, Math.ceil(gateway.connectsPerSecond / workers)),
    urlWSS: gateway.urlWSS,
    urlGiven: gateway.runtime.urlGiven,
  } as ShippedOptions;
}

/** Whether a worker need not be told again. */
export function sameOptions(one: ShippedOptions, other: ShippedOptions): boolean {
  return one.urlWSS === other.urlWSS && SHIPPED.every((name) => Object.is(one[name], other[name]));
}

/** The shipped options as options of a manager. */
export function creationOptions({ urlWSS, urlGiven, ...options }: ShippedOptions): GatewayOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...given, ...(urlGiven ? { urlWSS } : {}) } as GatewayOptions;
}

/** Takes over options that changed since. */
export function adoptOptions(gateway: GatewayManager, options: ShippedOptions): void {
  const { urlGiven: _, ...changed } = options;
  Object.assign(gateway, changed);
}
