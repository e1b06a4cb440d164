import type { GrpcManagementOptions } from '@shardgate/brokers/grpc';
import type { GatewayManager } from '@shardgate/gateway';

/** What tatsu's management calls need of a gateway beside its commands. */
export function grpcManagement(gateway: GatewayManager): Pick<GrpcManagementOptions, 'reidentify' | 'guilds'> {
  return {
    reidentify: (shardId) =>
      gateway.identify(gateway, shardId, gateway.shards.get(shardId)?.shardCount ?? gateway.maxShards),
    guilds: { loading: (shardId) => gateway.shards.get(shardId)?.guilds.sizes.loading ?? 0 },
  };
}
