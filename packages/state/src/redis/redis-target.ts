import type { ConnectionOptions } from 'node:tls';
import { z } from 'zod';
import { milliseconds, port } from '../options/shapes.ts';
import { TIMEOUT_MS } from './defaults.ts';
import { dialIoRedis, type IoRedisClient } from './dial-ioredis.ts';
import { dialAddress, dialNodeRedis, type NodeRedisClient } from './dial-node-redis.ts';
import type { DialRedis } from './redis-connection.ts';

/** Which Redis, and how: options that all of this module's factories have. */
export interface RedisTarget {
  /** `redis://[[user]:password@]host[:port][/database]`, `rediss://` for TLS. Reached with the package `redis`. */
  readonly url?: string | undefined;
  /** For `rediss://`: an own authority, and a certificate to show. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername'> | undefined;
  /**
   * Instead of `url`: an instance of the package `ioredis` (also with sentinels) or `redis`, whose settings are used for connections of our own. The instance itself
   * is not used and not closed. No cluster: what one event changes lies in several of its slots.
   */
  readonly client?: IoRedisClient | NodeRedisClient | undefined;
  /** A connection or command without an answer for this long is given up, milliseconds. Default 5,000. */
  readonly timeoutMs?: number | undefined;
}

/** A target as it is used. */
export interface RedisTargetSettings {
  /** For messages: host, port and database only. */
  readonly where: string;
  readonly dial: DialRedis;
  readonly timeoutMs: number;
}

const redisUrl = z.custom(
  (value) => typeof value === 'string' && URL.canParse(value) && /^rediss?:\/\//i.test(value),
  'expected a redis:// or rediss:// address',
);
const singleServer = z.custom(
  (value) => typeof value !== 'object' || value === null || Reflect.get(value, 'isCluster') !== true,
  'expected a client of one server (or of sentinels), not of a cluster',
);

export const targetShape: Readonly<Record<keyof RedisTarget, z.ZodType>> = {
  url: redisUrl.optional(),
  tls: z.record(z.enum(['ca', 'cert', 'key', 'passphrase', 'servername']), z.unknown()).optional(),
  client: z.intersection(port('duplicate'), singleServer).optional(),
  timeoutMs: milliseconds(1, 600_000).optional(),
};

/** @throws {TypeError} when there is not exactly one of url and client */
export function readTarget(owner: string, target: RedisTarget): RedisTargetSettings {
  const { url, client, tls, timeoutMs = TIMEOUT_MS } = target;
  if (url !== undefined && client === undefined)
    return { where: placeOf(url), dial: dialAddress({ url, tls, connectTimeoutMs: timeoutMs }), timeoutMs };
  if (url === undefined && client !== undefined)
    return {
      where: 'of the given client',
      dial: 'call' in client ? dialIoRedis(client) : dialNodeRedis(client),
      timeoutMs,
    };
  throw new TypeError(`${owner}: expected either url or client`);
}

/** The address without what is secret. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname === '/' ? '' : pathname}`;
}
