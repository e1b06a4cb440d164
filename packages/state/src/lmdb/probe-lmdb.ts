import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { loadLmdb } from './load-lmdb.ts';

/**
 * Looks whether an LMDB store can be in a directory, which is made where there is none.
 *
 * @throws {Error} the package lmdb cannot be loaded, or the directory cannot be written to
 */
export async function probeLmdb(path: string): Promise<void> {
  await loadLmdb();
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.W_OK);
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    throw new Error(`${path} cannot be written to (${String(code ?? error)})`, { cause: error });
  }
}
