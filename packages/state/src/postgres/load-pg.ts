import type pg from 'pg';

/**
 * The package `pg`, which is installed by whoever uses this store.
 *
 * @throws {Error} naming the package when it is not there
 */
export async function loadPg(load: () => Promise<{ default: typeof pg }> = () => import('pg')): Promise<typeof pg> {
  try {
    return (await load()).default;
  } catch (error) {
    if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error("createPostgresStore needs the package 'pg', which is not installed: npm install pg@^8.23.1", {
      cause: error,
    });
  }
}
