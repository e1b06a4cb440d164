import { CommandError } from '@shardgate/delivery';

/** What a client is told about a command that failed; of an error that is not a command's own it learns only that. */
export function commandFailure(error: unknown): {
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
} {
  return error instanceof CommandError ? error.toJSON() : { code: 'internal', message: 'the command failed' };
}
