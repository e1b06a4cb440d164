import type { DialRedis, RedisConnection } from './redis-connection.ts';
import { settledReply } from './redis-connection.ts';

/** An instance of the package `ioredis`, as far as it is used: connections are made as it would make them. */
export interface IoRedisClient {
  duplicate(...overrides: never[]): unknown;
  call(...args: never[]): Promise<unknown>;
}

/** A duplicate of the user's instance, in our words. */
interface OwnClient {
  connect(): Promise<void>;
  disconnect(): void;
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown;
  call(command: string, args: readonly string[]): Promise<unknown>;
}

/** One connection, no repetition of commands: both are the store's to decide. */
const ONE_TRY = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  reconnectOnError: null,
  retryStrategy: null,
  sentinelRetryStrategy: null,
  protocol: 2,
  // Names are the layout's.
  keyPrefix: '',
};

/** Dials as an instance of ioredis would; the instance itself is left alone. */
export function dialIoRedis(client: IoRedisClient): DialRedis {
  return async (onLost): Promise<RedisConnection> => {
    const own = (client.duplicate as (overrides: object) => unknown)({ ...ONE_TRY }) as OwnClient;
    let isOver = false;
    let reason: Error | undefined;
    const close = (): void => {
      isOver = true;
      own.disconnect();
    };
    own.on('error', (error) => {
      reason = error;
    });
    own.on('end', () => {
      if (isOver) return;
      isOver = true;
      onLost(reason ?? new Error('the connection was closed'));
    });
    try {
      await own.connect();
    } catch (error) {
      close();
      // The socket's own error says more than "Connection is closed."
      throw reason ?? error;
    }
    return {
      async run(commands) {
        const replies = await Promise.allSettled(commands.map(([name = '', ...args]) => own.call(name, args)));
        return replies.map(settledReply);
      },
      close,
    };
  };
}
