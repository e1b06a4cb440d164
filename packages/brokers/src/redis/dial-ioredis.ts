import type { DialRedis } from './redis-connection.ts';
import { refusalIn, settledReply } from './redis-connection.ts';

/** An instance of the package `ioredis`, `Redis` or `Cluster`, as far as it is used: connections are made as it would make them. */
export interface IoRedisClient {
  /** True for a `Cluster`. */
  readonly isCluster?: boolean;
  duplicate(...overrides: never[]): unknown;
  call(...args: never[]): Promise<unknown>;
}

interface Pipeline {
  call(command: string, ...args: readonly (string | Buffer)[]): unknown;
  exec(): Promise<readonly (readonly [Error | null, unknown])[] | null>;
}

/** A duplicate of the user's instance, in our words. */
interface OwnClient {
  connect(): Promise<void>;
  disconnect(): void;
  on(event: 'error' | 'end' | 'close', listener: (error?: Error) => void): unknown;
  call(command: string, ...args: readonly (string | Buffer)[]): Promise<unknown>;
  pipeline(): Pipeline;
  multi(): Pipeline;
}

/** One connection, no repetition of commands: both are the sink's to decide. */
const ONE_TRY = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  reconnectOnError: null,
  retryStrategy: null,
};

/** Dials as an instance of ioredis would; the instance itself is left alone. */
export function dialIoRedis(client: IoRedisClient): DialRedis {
  return async (onLost) => {
    const isCluster = client.isCluster === true;
    const overrides = isCluster
      ? [[], { lazyConnect: true, enableOfflineQueue: false, clusterRetryStrategy: null }]
      : [{ ...ONE_TRY }];
    const own = (client.duplicate as (...overrides: unknown[]) => unknown)(...overrides) as OwnClient;
    let isOver = false;
    let reason = new Error('the connection was closed');
    const close = (): void => {
      isOver = true;
      own.disconnect();
    };
    own.on('error', (error) => {
      if (error !== undefined) reason = error;
    });
    own.on('end', () => {
      if (isOver) return;
      isOver = true;
      onLost(reason);
    });
    try {
      await own.connect();
    } catch (error) {
      close();
      // The socket's own error says more than "Connection is closed."
      throw reason.message === 'the connection was closed' ? error : reason;
    }
    return {
      anyKeys: !isCluster,
      run: async (commands) => {
        const results = await Promise.allSettled(
          commands.map(([name = '', ...args]) => own.call(String(name), ...args)),
        );
        return results.map(settledReply);
      },
      transact: async (commands) => {
        const multi = own.multi();
        for (const [name = '', ...args] of commands) multi.call(String(name), ...args);
        try {
          const replies = await multi.exec();
          return (replies ?? []).map(([error, reply]) => (error === null ? reply : (refusalIn(error) ?? error)));
        } catch (error) {
          throw abortReason(error);
        }
      },
      close,
    };
  };
}

/** Why a transaction was not carried out: behind EXECABORT stands the refusal of one of its commands. */
function abortReason(error: unknown): unknown {
  const previous: unknown = error instanceof Error ? Reflect.get(error, 'previousErrors') : undefined;
  const first: unknown = Array.isArray(previous) ? previous[0] : undefined;
  return refusalIn(first) ?? refusalIn(error) ?? error;
}
