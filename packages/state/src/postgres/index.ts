export { createPostgresStore, type PostgresStoreOptions } from './postgres-store.ts';
export type { PostgresTarget } from './postgres-target.ts';
export { probePostgres, type PostgresProbe } from './probe-postgres.ts';
