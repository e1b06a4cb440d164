import type { GatewayManager } from '../gateway-manager.ts';

/** Default of {@link GatewayMethods.tellClusterToIdentify}. */
export function tellClusterToIdentify(
  gateway: GatewayManager,
  workerId: number,
  shardId: number,
  bucketId: number,
): Promise<void> | void {
  return gateway.tellWorkerToIdentify(gateway, workerId, shardId, bucketId);
}

/** Default of {@link GatewayMethods.tellWorkerToIdentify}. */
export function tellWorkerToIdentify(
  gateway: GatewayManager,
  _workerId: number,
  shardId: number,
  _bucketId: number,
): Promise<void> | void {
  return gateway.identify(gateway, shardId, gateway.maxShards);
}
