import { JournalLockedError } from '@shardgate/delivery';

/** Why a journal cannot be worked on, in words for whoever typed the command. */
export class JournalProblem extends Error {
  override readonly name: string = 'JournalProblem';
  readonly code: 'notFound' | 'notAJournal' | 'inUse' | 'notAllowed' | 'disk' | 'noSuchLane' | 'output';

  constructor(code: JournalProblem['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** What went wrong, as a problem with a remedy where it is one of the system's known errors; others come back as they are. */
export function problemOf(error: unknown, path: string): unknown {
  if (error instanceof JournalLockedError) return new JournalProblem('inUse', error.message, error);
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return new JournalProblem('notFound', `there is no journal at ${path}: give the directory it is in`, error);
    case 'ENOTDIR':
      return new JournalProblem('notAJournal', `${path} is a file: give the directory the journal is in`, error);
    case 'EACCES':
    case 'EPERM':
      return new JournalProblem(
        'notAllowed',
        `${path} may not be used by this user: a journal belongs to the user who runs the gateway`,
        error,
      );
    case 'EIO':
    case 'ENOSPC':
    case 'EROFS':
      return new JournalProblem('disk', `the disk refuses: ${String(error)}`, error);
    default:
      return error;
  }
}
