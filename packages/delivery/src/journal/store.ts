/** A file of the journal that is being written. */
export interface JournalFile {
  /** Writes the buffers one after the other from a position on. Resolves to the bytes that were written, which may be fewer. */
  write(buffers: readonly Buffer[], position: number): Promise<number>;
  /** Resolves when everything written is on the disk. After it has rejected nothing is known of what was written since the last one. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * The disk as the journal sees it: one directory, names without a path. `createFileStore` is the real one; a test can stand in for it and
 * lose power at any operation.
 *
 * Errors carry the system's `code` (`ENOSPC`, `EIO` …) where there is one.
 */
export interface JournalStore {
  /** Makes the directory if need be and takes it for this process; resolves to what gives it back. Rejects when another process has it. */
  lock(): Promise<() => Promise<void>>;
  list(): Promise<readonly { readonly name: string; readonly size: number }[]>;
  /** A new file; an old one of the name is emptied. */
  create(name: string): Promise<JournalFile>;
  /** An existing file, for writing. */
  open(name: string): Promise<JournalFile>;
  /** Up to `length` bytes; fewer at the end of the file. `into` is memory of at least this length that may be used for them. */
  read(name: string, position: number, length: number, into?: Buffer): Promise<Buffer>;
  rename(from: string, to: string): Promise<void>;
  /** A missing file is fine. */
  remove(name: string): Promise<void>;
  /** Resolves when creations, renames and removals are on the disk. */
  syncDirectory(): Promise<void>;
}

/** The system's name for what went wrong. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Whether more room would help. */
export function isNoRoom(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}

/** A write that took fewer bytes than it was given: what follows it cannot be where it belongs. */
class ShortWriteError extends Error {
  override readonly name: string = 'ShortWriteError';
  /** A disk that takes a part is a full one. */
  readonly code: string = 'ENOSPC';
}

/** Writes all of it or rejects. */
export async function writeWhole(file: JournalFile, buffers: readonly Buffer[], position: number): Promise<number> {
  let length = 0;
  for (const buffer of buffers) length += buffer.length;
  const written = await file.write(buffers, position);
  if (written !== length) throw new ShortWriteError(`only ${written} of ${length} bytes were written`);
  return length;
}
