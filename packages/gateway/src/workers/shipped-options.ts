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
  /** A reshard concerns the shards: their events are to come unfiltered. */
  readonly crossing: boolean;
}

/** @param workers who share what Discord is asked in a second */
export function shippedOptions(gateway: GatewayManager, workers: number): ShippedOptions {
  const picked = Object.fromEntries(SHIPPED.map((name) => [name, gateway[name]]));
  return {
    ...picked,
    connectsPerSecond: Math.max(1, Math.ceil(gateway.connectsPerSecond / workers)),
    urlWSS: gateway.urlWSS,
    urlGiven: gateway.runtime.urlGiven,
    crossing: gateway.runtime.crossing !== undefined,
  } as ShippedOptions;
}

/** Whether a worker need not be told again. */
export function sameOptions(one: ShippedOptions, other: ShippedOptions): boolean {
  return (
    one.urlWSS === other.urlWSS &&
    one.crossing === other.crossing &&
    SHIPPED.every((name) => Object.is(one[name], other[name]))
  );
}

/** The shipped options as options of a manager. */
export function creationOptions(options: ShippedOptions): GatewayOptions {
  const { urlWSS, urlGiven } = options;
  const given = Object.fromEntries(
    SHIPPED.map((name) => [name, options[name]]).filter(([, value]) => value !== undefined),
  );
  return { ...given, ...(urlGiven ? { urlWSS } : {}) } as GatewayOptions;
}

/** Takes over options that changed since. */
export function adoptOptions(gateway: GatewayManager, options: ShippedOptions): void {
  const { urlGiven: _urlGiven, crossing: _crossing, ...changed } = options;
  Object.assign(gateway, changed);
}
