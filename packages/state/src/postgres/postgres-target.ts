import type { ConnectionOptions } from 'node:tls';
import { z } from 'zod';

/** Which PostgreSQL. */
export interface PostgresTarget {
  /**
   * `postgres://[user[:password]@]host[:port]/database`; `?sslmode=verify-full` and the like as in libpq, `postgres:///database?host=/run/postgresql&user=bot` for a UNIX socket. What it lacks comes from libpq's variables
   * (`PGUSER`, `PGPASSWORD` …). With PgBouncer: pooling by session.
   */
  readonly url: string;
  /** For TLS with an own authority or a certificate to show. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername'> | undefined;
}

export const targetShape: Readonly<Record<keyof PostgresTarget, z.ZodType>> = {
  url: z.custom(
    (value) => typeof value === 'string' && URL.canParse(value) && /^postgres(?:ql)?:\/\//i.test(value),
    'expected a postgres:// address',
  ),
  tls: z.record(z.enum(['ca', 'cert', 'key', 'passphrase', 'servername']), z.unknown()).optional(),
};

/** The address without what is secret. */
export function placeOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url);
  return `${host === '' ? (searchParams.get('host') ?? 'localhost') : host}${pathname}`;
}
