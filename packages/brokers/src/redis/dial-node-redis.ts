import type { ConnectionOptions } from 'node:tls';
import { loadLibrary } from '../client-library.ts';
import type { DialRedis, RedisCommand } from './redis-connection.ts';
import { RedisRefusal, settledReply, transactionReplies } from './redis-connection.ts';

/** How to reach a server by its address. */
export interface RedisAddress {
  /** `redis[s]://[[user]:password@]host[:port][/database]`. */
  readonly url: string;
  /** For `rediss://`: an own authority, and a certificate to show. */
  readonly tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername'> | undefined;
  readonly connectTimeoutMs: number;
  /** Shown by CLIENT LIST. */
  readonly clientName: string;
}

/** Dials with the package `redis`. */
export function dialNodeRedis({ url, tls, connectTimeoutMs, clientName }: RedisAddress): DialRedis {
  return async (onLost) => {
    const { createClient } = await loadLibrary('Redis by its url', 'redis', () => import('redis'));
    const socket = { connectTimeout: connectTimeoutMs, reconnectStrategy: false } as const;
    const client = createClient({
      url,
      name: clientName,
      RESP: 2,
      // A command that waits for a connection would come after those that the lane sends again.
      disableOfflineQueue: true,
      maintNotifications: 'disabled',
      // The link has a limit of its own; theirs is an AbortSignal for each command.
      commandOptions: { timeout: 0 },
      socket: url.startsWith('rediss:') ? { ...socket, ...tls, tls: true } : socket,
    });
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
    const run = async (commands: readonly RedisCommand[]): Promise<readonly unknown[]> => {
      if (isOver) throw new Error('the connection is closed');
      const results = await Promise.allSettled(commands.map((command) => client.sendCommand(command)));
      return results.map(settledReply);
    };
    return {
      anyKeys: true,
      run,
      transact: async (commands) => {
        const replies = await run([['MULTI'], ...commands, ['EXEC']]);
        if (replies[0] instanceof RedisRefusal) throw replies[0];
        return transactionReplies(replies.at(-1), replies.slice(1, -1));
      },
      close,
    };
  };
}
