import type { ConnectionOptions } from 'node:tls';
import type * as redis from 'redis';
import type { DialRedis, RedisCommand, RedisConnection } from './redis-connection.ts';
import { settledReply } from './redis-connection.ts';

/** An instance of the package `redis`, as far as it is used: connections are made as it would make them. */
export interface NodeRedisClient {
  readonly options?: object | undefined;
  duplicate(...overrides: never[]): unknown;
  sendCommand(...args: never[]): Promise<unknown>;
}

/** How to reach a server by its address. */
export interface RedisAddress {
  /** `redis[s]://[[user]:password@]host[:port][/database]`. */
  readonly url: string;
  /** For `rediss://`: an own authority, and a certificate to show. */
  readonly tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername'> | undefined;
  readonly connectTimeoutMs: number;
}

/** A client of our own, in our words. */
interface OwnClient {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  sendCommand(command: RedisCommand): Promise<unknown>;
}

/**
 * A command that waited for a connection would come after those that are sent again. The library's own time limit makes a signal and a timer for each command; the link
 * has one for each call.
 */
const ONE_TRY = {
  RESP: 2,
  disableOfflineQueue: true,
  maintNotifications: 'disabled',
  commandOptions: { timeout: 0 },
} as const;

/** Dials an address with the package `redis`. */
export function dialAddress({ url, tls, connectTimeoutMs }: RedisAddress): DialRedis {
  return async (onLost) => {
    const { createClient } = await loadRedis();
    const socket = { connectTimeout: connectTimeoutMs, reconnectStrategy: false } as const;
    const client = createClient({
      url,
      ...ONE_TRY,
      socket: url.startsWith('rediss:') ? { ...socket, ...tls, tls: true } : socket,
    });
    return connected(client, onLost);
  };
}

/** Dials as an instance of the package `redis` would; the instance itself is left alone. */
export function dialNodeRedis(client: NodeRedisClient): DialRedis {
  const given: unknown = client.options === undefined ? undefined : Reflect.get(client.options, 'socket');
  const socket = { ...(typeof given === 'object' ? given : undefined), reconnectStrategy: false };
  return (onLost) => {
    const own = (client.duplicate as (overrides: object) => unknown)({ ...ONE_TRY, socket });
    return connected(own as OwnClient, onLost);
  };
}

async function connected(client: OwnClient, onLost: (error: Error) => void): Promise<RedisConnection> {
  let isOver = false;
  const close = (): void => {
    if (isOver) return;
    isOver = true;
    if (client.isOpen) client.destroy();
  };
  client.on('error', (error: Error) => {
    if (isOver) return;
    close();
    onLost(error);
  });
  try {
    await client.connect();
  } catch (error) {
    close();
    throw error;
  }
  return {
    async run(commands) {
      if (isOver) throw new Error('the connection is closed');
      const replies = await Promise.allSettled(commands.map((command) => client.sendCommand(command)));
      return replies.map(settledReply);
    },
    close,
  };
}

async function loadRedis(): Promise<Pick<typeof redis, 'createClient'>> {
  try {
    return await import('redis');
  } catch (error) {
    throw new Error(
      "Redis by url needs the package 'redis': npm install redis (or give an ioredis instance as client)",
      { cause: error },
    );
  }
}
