import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { startPostgres, type PostgresServer } from '../../../test/services/postgres.ts';

/** A server, and a client that knows nothing of the package. */
export interface PostgresBed {
  readonly server: PostgresServer;
  readonly url: string;
  /** Name of a schema that is not there. */
  newSchema(): string;
  /** Rows as a consumer gets them. */
  sql<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  end(): Promise<void>;
}

/** Starts a server. What a crash would lose of it is lost by no crash of its own: only the machine's would. */
export async function postgresBed(args: readonly string[] = ['-c', 'fsync=off']): Promise<PostgresBed> {
  const server = await startPostgres({ args });
  const schemas: string[] = [];
  // After a crash of the server the next question makes a new connection.
  const pool = new pg.Pool({ connectionString: server.url, max: 1 });
  pool.on('error', () => {});
  return {
    server,
    url: server.url,
    newSchema() {
      const name = `s_${randomUUID().replaceAll('-', '')}`;
      schemas.push(name);
      return name;
    },
    async sql<Row extends object>(text: string, values: readonly unknown[] = []) {
      return (await pool.query<Row>(text, [...values])).rows;
    },
    async end() {
      if (!server.own) for (const name of schemas) await pool.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`);
      await pool.end();
      await server.end();
    },
  };
}
