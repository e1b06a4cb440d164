import type { GatewayFilters } from '../filters/gateway-filters.ts';
import type { GatewayMethods } from '../gateway-manager.ts';
import type { GatewayState } from '../gateway-state.ts';
import type { IntentName } from '../intents.ts';
import type { ShardTimings } from '../shard/timings.ts';

/** Data that is not simply taken over from an option. */
type Derived = 'cache' | 'runtime' | 'intents' | 'timings' | 'filters' | 'maxInFlight' | 'whitelist' | 'ignoreEvents';

/**
 * Options of `createGatewayManager`: every property and every method of the manager. Only `handleDiscordPayload` is needed, at the
 * latest when `spawnShards` is called. `undefined` means the default. An unknown name or a wrong value is a `TypeError` or `RangeError` that says which.
 */
export interface GatewayOptions
  extends
    Partial<GatewayMethods>,
    Partial<{ [K in Exclude<keyof GatewayState, Derived>]: GatewayState[K] | undefined }> {
  /** Bit set, or names of intents. */
  readonly intents?: number | readonly (IntentName | Uppercase<string>)[];
  readonly timings?: Partial<ShardTimings>;
  readonly whitelist?: Iterable<string>;
  readonly ignoreEvents?: Iterable<string>;
  readonly filters?: Partial<GatewayFilters>;
  readonly maxInFlight?: { readonly events?: number; readonly bytes?: number };
}
