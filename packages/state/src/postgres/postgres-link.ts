import { Socket } from 'node:net';
import type { Clock, Random, TimerHandle } from '@shardgate/gateway';
import type pg from 'pg';
import { FIRST_GREETING_MS, MAX_DOUBLINGS } from './defaults.ts';
import { lacksTables, troubleIn } from './server-trouble.ts';

/** A row of an answer: the columns asked for are numbers and texts. */
export type Row = readonly (string | number | null)[];

/** One connection that comes back by itself. */
export interface PostgresLink {
  readonly isConnected: boolean;
  /** What the last try or connection failed of. */
  readonly trouble: string | undefined;
  /** The first try; rejects when it fails. Later ones are made in the background. */
  connect(): Promise<void>;
  /** Rejects at once without a connection. Without an answer in time the connection is given up. The server keeps the statement's plan under its name. */
  query(
    statement: { readonly name: string; readonly text: string },
    values: readonly unknown[],
    timeoutMs: number,
  ): Promise<readonly Row[]>;
  close(): void;
}

export interface LinkSettings {
  /** For messages: host, port and database only. */
  readonly where: string;
  readonly driver: typeof pg;
  readonly config: pg.ClientConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly connectTimeoutMs: number;
  readonly backOff: { readonly baseMs: number; readonly capMs: number };
  /** What has to be done with a new connection before anything else; it is given up when this rejects, or takes longer than `connectTimeoutMs` on a connection that is not the first. */
  greet(client: pg.Client): Promise<void>;
}

interface Connection {
  readonly client: pg.Client;
  readonly socket: Socket;
}

export function createPostgresLink(settings: LinkSettings): PostgresLink {
  const { where, driver, config, clock, random, backOff, connectTimeoutMs } = settings;
  let current: Connection | undefined;
  let dialing: Connection | undefined;
  let trouble: string | undefined;
  let failures = 0;
  let retryTimer: TimerHandle;
  let isClosed = false;

  async function dial(greetTimeoutMs: number): Promise<void> {
    const socket = new Socket();
    const client = new driver.Client({ ...config, stream: () => socket });
    const connection: Connection = { client, socket };
    // One that dies while nothing is asked of it.
    client.on('error', (error) => lost(connection, error));
    client.on('end', () => lost(connection, new Error('the connection was closed')));
    dialing = connection;
    try {
      await within(connection, connectTimeoutMs, 'no connection', client.connect());
      await within(connection, greetTimeoutMs, 'no answer', settings.greet(client));
      // It may have been closed, or lost, meanwhile.
      if (dialing !== connection) throw new Error('the connection was closed');
    } catch (error) {
      socket.destroy();
      trouble = troubleIn(error);
      throw explained(error);
    } finally {
      if (dialing === connection) dialing = undefined;
    }
    current = connection;
    trouble = undefined;
    failures = 0;
  }

  function explained(error: unknown): Error {
    return new Error(`PostgreSQL ${where} ${troubleIn(error)}`, { cause: error });
  }

  function lost(connection: Connection, error: unknown): void {
    connection.socket.destroy();
    if (dialing === connection) dialing = undefined;
    if (current !== connection) return;
    current = undefined;
    trouble = troubleIn(error);
    dialLater();
  }

  function dialLater(): void {
    if (isClosed) return;
    const delayMs = random() * Math.min(backOff.capMs, backOff.baseMs * 2 ** Math.min(failures, MAX_DOUBLINGS));
    failures++;
    retryTimer = clock.setTimer(() => {
      dial(connectTimeoutMs).catch(dialLater);
    }, delayMs);
  }

  /** The socket is destroyed when it takes too long, and with it whatever else waits for an answer. */
  function within<T>(connection: Connection, timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = clock.setTimer(() => {
        connection.socket.destroy();
        reject(new Error(`${what} within ${timeoutMs} ms`));
      }, timeoutMs);
      void work.then(resolve, reject).finally(() => clock.clearTimer(timer));
    });
  }

  return {
    get isConnected() {
      return current !== undefined;
    },
    get trouble() {
      return trouble;
    },
    connect: () => dial(FIRST_GREETING_MS),
    async query(statement, values, timeoutMs) {
      const connection = current;
      if (connection === undefined) throw new Error(`PostgreSQL ${where} ${trouble ?? 'is not connected'}`);
      try {
        const asked = connection.client.query<(string | number | null)[]>({
          ...statement,
          values: [...values],
          rowMode: 'array',
        });
        return (await within(connection, timeoutMs, 'no answer', asked)).rows;
      } catch (error) {
        // What lacks its tables is greeted again, which makes them.
        if (connection.socket.destroyed || lacksTables(error)) lost(connection, error);
        throw explained(error);
      }
    },
    close() {
      isClosed = true;
      clock.clearTimer(retryTimer);
      const connection = current ?? dialing;
      current = undefined;
      dialing = undefined;
      if (connection === undefined) return;
      // Says goodbye where it can; what is under way is given up.
      void connection.client.end().catch(() => {});
      connection.socket.destroySoon();
    },
  };
}
