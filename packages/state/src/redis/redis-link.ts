import type { Clock } from '@shardgate/gateway';
import { DIAL_PAUSE_MS } from './defaults.ts';
import { RedisRefusal, type RedisCommand, type RedisConnection } from './redis-connection.ts';
import type { RedisTargetSettings } from './redis-target.ts';
import { troubleIn } from './server-trouble.ts';

/** The server is not, or no longer, the one to talk to: a new connection may find another. */
const MOVED_ON: ReadonlySet<string> = new Set(['READONLY', 'LOADING', 'MASTERDOWN', 'NOAUTH']);

export interface RedisLinkOptions extends RedisTargetSettings {
  readonly clock: Clock;
  /** What is to be done on a new connection before it counts. */
  readonly greet?: (connection: RedisConnection) => Promise<void>;
}

/**
 * A connection that is made when it is needed, and again when it broke. It has no timer of its own: whoever wants something of the server tries again, and finds
 * out by that.
 */
export interface RedisLink {
  readonly isConnected: boolean;
  /** What was wrong the last time, without anything secret; undefined while all is well. */
  readonly trouble: string | undefined;
  /** Resolves when there is a connection; rejects as `run` does. */
  connect(): Promise<void>;
  /** Sends the commands together; replies as {@link RedisConnection.run} gives them. Rejects with the server's place and what is wrong. */
  run(commands: readonly RedisCommand[]): Promise<readonly unknown[]>;
  /** Ends it; what is under way rejects. */
  close(): void;
}

export function createRedisLink({ where, dial, timeoutMs, clock, greet }: RedisLinkOptions): RedisLink {
  let connection: RedisConnection | undefined;
  let dialling: Promise<RedisConnection> | undefined;
  let trouble: string | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let isClosed = false;

  function failure(error: unknown): Error {
    trouble = `Redis ${where} ${troubleIn(error)}`;
    return new Error(trouble);
  }

  function lost(broken: RedisConnection | undefined, error: unknown): void {
    if (connection !== broken || broken === undefined) return;
    connection = undefined;
    broken.close();
    failure(error);
  }

  async function connected(): Promise<RedisConnection> {
    if (isClosed) throw new Error(`the connection to Redis ${where} was ended`);
    if (connection !== undefined) return connection;
    if (dialling !== undefined) return dialling;
    if (clock.now() - triedAt < DIAL_PAUSE_MS) throw new Error(trouble ?? `Redis ${where} is not connected`);
    dialling = dialled();
    try {
      return await dialling;
    } catch (error) {
      throw failure(error);
    } finally {
      dialling = undefined;
      triedAt = connection === undefined ? clock.now() : Number.NEGATIVE_INFINITY;
    }
  }

  async function dialled(): Promise<RedisConnection> {
    let isGivenUp = false;
    let made: RedisConnection | undefined;
    const work = async (): Promise<RedisConnection> => {
      made = await dial((error) => lost(made, error));
      try {
        await greet?.(made);
        if (isGivenUp || isClosed) throw new Error('it was ended meanwhile');
      } catch (error) {
        made.close();
        throw error;
      }
      connection = made;
      trouble = undefined;
      return made;
    };
    try {
      return await limited(work(), 'a connection');
    } catch (error) {
      isGivenUp = true;
      made?.close();
      throw error;
    }
  }

  function limited<Value>(promise: Promise<Value>, what: string): Promise<Value> {
    return new Promise((resolve, reject) => {
      const limit = clock.setTimer(() => reject(new Error(`no answer to ${what} within ${timeoutMs} ms`)), timeoutMs);
      void promise.then(resolve, reject).finally(() => clock.clearTimer(limit));
    });
  }

  return {
    get isConnected() {
      return connection !== undefined;
    },
    get trouble() {
      return trouble;
    },
    async connect() {
      await connected();
    },
    async run(commands) {
      const own = await connected();
      try {
        const replies = await limited(own.run(commands), 'a command');
        const refused = replies.find((reply) => reply instanceof RedisRefusal && MOVED_ON.has(reply.code));
        if (refused !== undefined) lost(own, refused);
        return replies;
      } catch (error) {
        lost(own, error);
        throw failure(error);
      }
    },
    close() {
      isClosed = true;
      const own = connection;
      connection = undefined;
      own?.close();
    },
  };
}
