import { randomInt } from 'node:crypto';
import type pg from 'pg';
import { findTables, migrate } from './migrate.ts';

/** Advisory locks of two numbers; the first one is this store's own. */
const LOCK_CLASS = 0x5368_6172;

export interface SessionSettings {
  readonly schema: string;
  readonly statementTimeoutMs: number;
  /** Called when the tables are without data at first, and when they have been made anew since. */
  readonly onEmptied: () => void;
}

/**
 * Gives what makes a connection the one that writes.
 *
 * What was sent on a connection that was given up may still be carried out: the server has it, only its answer did not come. Sent again and carried out first, it would be overwritten by its older self. So
 * a session holds a lock for as long as it lives, and the next one ends it and waits for that lock before it writes.
 */
export function createGreeting({
  schema,
  statementTimeoutMs,
  onEmptied,
}: SessionSettings): (client: pg.Client) => Promise<void> {
  const lock = randomInt(2 ** 31);
  const limit = `SET statement_timeout = ${statementTimeoutMs}`;
  let before: readonly unknown[] | undefined;
  let birth: string | undefined;
  return async (client) => {
    await client.query(`${limit}; SET client_min_messages = warning`);
    if (before !== undefined)
      await client.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start::text = $2',
        [...before],
      );
    await client.query('SELECT pg_advisory_lock($1, $2)', [LOCK_CLASS, lock]);
    const { rows } = await client.query<unknown[]>({
      text: 'SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()',
      rowMode: 'array',
    });
    before = rows[0];
    await migrate(client, schema);
    const found = await findTables(client, schema);
    await client.query(limit);
    const isEmptied = birth === undefined ? found.isEmpty : birth !== found.birth;
    birth = found.birth;
    if (isEmptied) onEmptied();
  };
}
