import { z } from 'zod';
import { checkOptions } from '../options/check-options.ts';
import { connectionConfig } from './connection-config.ts';
import { CONNECT_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from './defaults.ts';
import { loadPg } from './load-pg.ts';
import { placeOf, targetShape, type PostgresTarget } from './postgres-target.ts';
import { troubleIn } from './server-trouble.ts';

/** What a look at a PostgreSQL found. */
export interface PostgresProbe {
  /** The server's: `15.14`. */
  readonly version: string;
  /** A standby cannot be written. */
  readonly isStandby: boolean;
  /** Whether the schema is there; if not it is made when a store is opened. */
  readonly hasSchema: boolean;
  /** Whether this user may make what has to be made: the schema, or tables in it. */
  readonly mayCreate: boolean;
}

interface Found {
  readonly version: string;
  readonly standby: boolean;
  readonly schema: boolean;
  readonly creates: boolean;
}

/**
 * Looks whether a PostgreSQL can be a store, and changes nothing.
 *
 * @throws {TypeError} naming every option that does not exist or whose value is wrong
 * @throws {Error} naming the server and why it cannot be reached
 */
export async function probePostgres(target: PostgresTarget & { readonly schema?: string }): Promise<PostgresProbe> {
  checkOptions('probePostgres', target, { ...targetShape, schema: z.string().optional() });
  const { schema = 'public' } = target;
  const { Client } = await loadPg();
  const client = new Client({
    ...connectionConfig(target),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS,
  });
  // One that dies meanwhile is told by what was asked of it.
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<Found>(
      `SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS standby, s.oid IS NOT NULL AS schema,
         CASE WHEN s.oid IS NULL THEN has_database_privilege(current_database(), 'CREATE') ELSE has_schema_privilege(s.oid, 'CREATE') END AS creates
       FROM (SELECT to_regnamespace(quote_ident($1)) AS oid) s`,
      [schema],
    );
    const [found] = rows;
    if (found === undefined) throw new Error('answers nothing');
    const { version, standby, schema: hasSchema, creates } = found;
    return { version: version.split(' ')[0] ?? version, isStandby: standby, hasSchema, mayCreate: creates };
  } catch (error) {
    throw new Error(`PostgreSQL ${placeOf(target.url)} ${troubleIn(error)}`, { cause: error });
  } finally {
    await client.end().catch(() => {});
  }
}
