import type { GatewayManager } from '../gateway-manager.ts';
import { containedNumber } from '../report.ts';
import { calculateMaxShards } from './calculate-max-shards.ts';

/** A shard count as it may be used: rounded, where `useOptimalLargeBotSharding` says so, by the `calculateMaxShards` method. */
export function wantedShards(gateway: GatewayManager, shards: number): number {
  const { maxConcurrency } = gateway;
  if (!gateway.useOptimalLargeBotSharding) return shards;
  return containedNumber(
    gateway,
    'calculateMaxShards',
    undefined,
    () => gateway.calculateMaxShards(shards, maxConcurrency),
    () => calculateMaxShards(shards, maxConcurrency),
  );
}
