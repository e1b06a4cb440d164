import type pg from 'pg';
import { applyFunctionSql } from './apply-sql.ts';
import { SCHEMA_VERSION, schemaSql } from './schema-sql.ts';
import { quoted } from './tables.ts';

/** Makes the tables and functions, or changes them from an older version. Of several processes at once one does it, and the others wait. Leaves the session without a limit on its statements' time. */
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
  await client.query(`INSERT INTO ${versions} (version) VALUES ($1)`, [SCHEMA_VERSION]);
}

/** 0 where there is nothing. */
async function versionOf(client: pg.Client, schema: string): Promise<number> {
  const name = `${quoted(schema)}.shardgate_schema`;
  const found = await client.query<{ name: string | null }>('SELECT to_regclass($1) AS name', [name]);
  if (found.rows[0]?.name === null) return 0;
  const { rows } = await client.query<{ version: number | null }>(`SELECT max(version) AS version FROM ${name}`);
  const version = rows[0]?.version ?? 0;
  if (version > SCHEMA_VERSION)
    throw new Error(
      `its schema ${schema} is of version ${version}, and this program knows ${SCHEMA_VERSION}: update @shardgate/state`,
    );
  return version;
}
