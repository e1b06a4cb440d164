import type * as Lmdb from 'lmdb';

/**
 * The package lmdb, which is loaded when it is needed only.
 *
 * @throws {Error} it is not installed, or has no binary for this machine
 */
export async function loadLmdb(): Promise<typeof Lmdb> {
  try {
    return await import('lmdb');
  } catch (cause) {
    throw loadingFault(cause);
  }
}

/** What to do about it. */
export function loadingFault(cause: unknown): Error {
  const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
  const remedy = isMissing
    ? 'the package lmdb is not installed: npm install lmdb@3'
    : `the package lmdb cannot be loaded on ${process.platform}-${process.arch}; install it with its optional dependencies (npm install lmdb@3 --include=optional)`;
  return new Error(`${remedy} (${why})`, { cause });
}
