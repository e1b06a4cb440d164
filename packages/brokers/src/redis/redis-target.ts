import type { ConnectionOptions } from 'node:tls';
import { z } from 'zod';
import { port } from '../options/shapes.ts';
import { readTiming, timingShape, type Timing, type TimingSettings } from '../timing.ts';
import { dialIoRedis, type IoRedisClient } from './dial-ioredis.ts';
import { dialNodeRedis } from './dial-node-redis.ts';
import type { DialRedis } from './redis-connection.ts';

/** Which Redis, and how: options that all of this module's factories have. */
export interface RedisTarget extends Timing {
  /** `redis://[[user]:password@]host[:port][/database]`, `rediss://` for TLS. Reached with the package `redis`. */
  readonly url?: string | undefined;
  /** For `rediss://`: an own authority, and a certificate to show. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername'> | undefined;
  /**
   * Instead of `url`: an instance of the package `ioredis` (`Redis`, also with sentinels, or `Cluster`) whose settings are used for connections of our
   * own. The instance itself is not used and not closed; make it with `lazyConnect: true`.
   */
  readonly client?: IoRedisClient | undefined;
}

/** A target as it is used. */
export interface RedisTargetSettings extends TimingSettings {
  /** For messages: host, port and database only. */
  readonly where: string;
  readonly dial: DialRedis;
}

const redisUrl = z.custom(
  (value) => typeof value === 'string' && URL.canParse(value) && /^rediss?:\/\//i.test(value),
  'expected a redis:// or rediss:// address',
);

export const targetShape: Readonly<Record<keyof RedisTarget, z.ZodType>> = {
  ...timingShape,
  url: redisUrl.optional(),
  tls: z.record(z.enum(['ca', 'cert', 'key', 'passphrase', 'servername']), z.unknown()).optional(),
  client: port('duplicate', 'call').optional(),
};

/** @throws {TypeError} when there is not exactly one of url and client */
export function readTarget(owner: string, target: RedisTarget, clientName: string): RedisTargetSettings {
  const { url, client, tls } = target;
  const timing = readTiming(target);
  if ((url === undefined) === (client === undefined)) throw new TypeError(`${owner}: expected either url or client`);
  const dial =
    client === undefined
      ? dialNodeRedis({ url: url ?? '', tls, connectTimeoutMs: timing.timeoutMs, clientName })
      : dialIoRedis(client);
  return {
    where: url === undefined ? 'of the given client' : placeOf(url),
    dial,
    ...timing,
  };
}

/** The address without what is secret. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname === '/' ? '' : pathname}`;
}
