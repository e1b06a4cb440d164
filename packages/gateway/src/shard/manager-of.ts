import type { GatewayManager } from '../gateway-manager.ts';
import type { Shard } from './shard.ts';

/**
 * The manager whose shard it is now. Resharding gives a shard another one, so whatever comes back later (a socket, a timer, a promise) asks here instead of
 * remembering the manager it began with.
 */
export function managerOf(shard: Shard): GatewayManager {
  // A manager is made of shards: naming its type in the class would make the two files import each other.
  return shard.manager as GatewayManager;
}
