import type { Payload } from '@shardgate/wire';
import { filterDispatch } from '../filters/filter-dispatch.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import type { Shard } from './shard.ts';

/** What the filters make of a dispatch that waited: here, or in the worker that received it and has the shard's guilds and memory. */
export function filtered(gateway: GatewayManager, shard: Shard, payload: Payload): Payload | undefined {
  return shard.remote === undefined ? filterDispatch(gateway, shard, payload) : shard.remote.filtered(payload);
}
