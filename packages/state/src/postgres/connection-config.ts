import type pg from 'pg';
import type { PostgresTarget } from './postgres-target.ts';

/** As the driver takes it. */
export function connectionConfig({ url, tls }: PostgresTarget): pg.ClientConfig {
  return {
    connectionString: url,
    ...(tls === undefined ? {} : { ssl: tls }),
    application_name: 'shardgate',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}
