import type pg from 'pg';
import { applyFunction, applyFunctionSql } from './apply-sql.ts';
import { SCHEMA_VERSION, schemaSql } from './schema-sql.ts';
import { quoted, TABLES } from './tables.ts';

/**
 * Makes the tables and functions, or changes them from an older version. Of several processes at once one does it, and the others wait. Leaves the session without a limit on its statements' time.
 *
 * Tables that somebody dropped are made again.
 */
export async function migrate(client: pg.Client, schema: string): Promise<void> {
  if ((await versionOf(client, schema)) === SCHEMA_VERSION) return;
  const lock = [`shardgate state ${schema}`];
  // An index over a large table takes longer than a statement may.
  await client.query('SET statement_timeout = 0');
  // Before the transaction begins: inside it, what another process has made meanwhile might not be seen.
  await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', lock);
  if ((await versionOf(client, schema)) < SCHEMA_VERSION) {
    await client.query('BEGIN');
    try {
      await makeTables(client, schema);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {});
      throw error;
    }
  }
  await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', lock);
}

async function makeTables(client: pg.Client, schema: string): Promise<void> {
  const versions = `${quoted(schema)}.shardgate_schema`;
  await client.query(schemaSql(schema));
  await client.query(applyFunctionSql(schema));
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${versions} (version int PRIMARY KEY, applied_at timestamptz DEFAULT now())`,
  );
  await client.query(`INSERT INTO ${versions} (version) VALUES ($1) ON CONFLICT DO NOTHING`, [SCHEMA_VERSION]);
}

/** 0 where there is nothing, or a part of it is gone. */
async function versionOf(client: pg.Client, schema: string): Promise<number> {
  const name = `${quoted(schema)}.shardgate_schema`;
  const found = await client.query<{ name: string | null }>('SELECT to_regclass($1) AS name', [name]);
  if (found.rows[0]?.name === null) return 0;
  const { rows } = await client.query<{ version: number | null }>(`SELECT max(version) AS version FROM ${name}`);
  const version = rows[0]?.version ?? 0;
  if (version === SCHEMA_VERSION && !(await isWhole(client, schema))) return 0;
  if (version > SCHEMA_VERSION)
    throw new Error(
      `its schema ${schema} is of version ${version}, and this program knows ${SCHEMA_VERSION}: update @shardgate/state`,
    );
  return version;
}

/** Whether each table that is written, and the function that writes, are there. */
async function isWhole(client: pg.Client, schema: string): Promise<boolean> {
  const { rows } = await client.query<{ whole: boolean }>(
    `SELECT to_regproc($2) IS NOT NULL AND NOT EXISTS (SELECT FROM unnest($1::text[]) name WHERE to_regclass(name) IS NULL) AS whole`,
    [tableNames(schema), applyFunction(schema)],
  );
  return rows[0]?.whole === true;
}

/** What is known of the tables themselves. */
export interface TablesFound {
  /** Changes when one of them is dropped and made again, or the whole database. */
  readonly birth: string;
  readonly isEmpty: boolean;
}

export async function findTables(client: pg.Client, schema: string): Promise<TablesFound> {
  const s = quoted(schema);
  const { rows } = await client.query<TablesFound>(
    `SELECT concat((SELECT min(applied_at) FROM ${s}.shardgate_schema), ARRAY(SELECT name::regclass::oid FROM unnest($1::text[]) name)) AS birth,
       NOT EXISTS (SELECT FROM ${s}.shardgate_guilds) AND NOT EXISTS (SELECT FROM ${s}.guilds) AS "isEmpty"`,
    [tableNames(schema)],
  );
  const [found] = rows;
  if (found === undefined) throw new Error('answers nothing to a question about its tables');
  return found;
}

function tableNames(schema: string): string[] {
  return [...TABLES.map(({ name }) => name), 'shardgate_guilds'].map((name) => `${quoted(schema)}.${name}`);
}
