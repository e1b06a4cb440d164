import { Socket } from 'node:net';
import type { Clock } from '@shardgate/gateway';
import type pg from 'pg';
import { ANSWER_GRACE_MS, CLOSE_WITHIN_MS, IDLE_MS } from './defaults.ts';
import type { Row } from './postgres-link.ts';
import { troubleIn } from './server-trouble.ts';

/** Connections for reading, made when they are needed. What is read does not hold up what is written. */
export interface Readers {
  ask(text: string, values: readonly unknown[]): Promise<readonly Row[]>;
  /** Resolves soon, whatever the server does. */
  close(): Promise<void>;
}

export interface ReadersSettings {
  readonly where: string;
  readonly driver: typeof pg;
  readonly config: pg.ClientConfig;
  readonly clock: Clock;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

export function createReaders(settings: ReadersSettings): Readers {
  const { where, driver, config, clock, statementTimeoutMs } = settings;
  const sockets = new Set<Socket>();
  const pool = new driver.Pool({
    ...config,
    max: settings.connections,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    idleTimeoutMillis: IDLE_MS,
    query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
    stream() {
      const socket = new Socket();
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
    async onConnect(client) {
      await client.query(`SET statement_timeout = ${statementTimeoutMs}`);
    },
  });
  // One that dies while nobody uses it.
  pool.on('error', () => {});

  return {
    async ask(text, values) {
      try {
        const { rows } = await pool.query<(string | number | null)[]>({ text, values: [...values], rowMode: 'array' });
        return rows;
      } catch (error) {
        throw new Error(`PostgreSQL ${where} ${troubleIn(error)}`, { cause: error });
      }
    },
    close() {
      return new Promise((resolve) => {
        const end = (): void => {
          clock.clearTimer(timer);
          for (const socket of sockets) socket.destroy();
          resolve();
        };
        const timer = clock.setTimer(end, CLOSE_WITHIN_MS);
        pool.end().then(end, end);
      });
    },
  };
}
