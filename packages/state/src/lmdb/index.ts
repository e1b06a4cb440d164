export { createLmdbStore, type LmdbStoreOptions } from './lmdb-store.ts';
export { probeLmdb } from './probe-lmdb.ts';
