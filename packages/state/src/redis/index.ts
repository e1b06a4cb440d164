export {
  createGatewayKeys,
  type GatewayKeys,
  type GatewayKeysOptions,
  type GatewayKeysStatus,
} from './gateway-keys/gateway-keys.ts';
export type { GatewayInformation, StoredSession, StoredStatus } from './gateway-keys/read-gateway-keys.ts';
export type { ShardStage } from './gateway-keys/shard-report.ts';
export { createRedisReader, type RedisReader, type RedisReaderOptions } from './redis-reader.ts';
export { createRedisStore, type RedisStoreOptions } from './redis-store.ts';
export type { RedisTarget } from './redis-target.ts';
export type { IoRedisClient } from './dial-ioredis.ts';
export type { NodeRedisClient } from './dial-node-redis.ts';
export type { ChannelKeys } from './layout.ts';
export { probeRedis, type RedisProbe } from './probe-redis.ts';
