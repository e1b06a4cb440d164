import { CommandError } from '@shardgate/delivery';
import type { CommandErrorCode } from '@shardgate/delivery';
import type { Grpc } from './grpc-library.ts';

const STATUS = {
  invalid: 'INVALID_ARGUMENT',
  tooLarge: 'INVALID_ARGUMENT',
  forbidden: 'PERMISSION_DENIED',
  foreignShard: 'NOT_FOUND',
  notReady: 'UNAVAILABLE',
  closed: 'UNAVAILABLE',
  queueFull: 'RESOURCE_EXHAUSTED',
  rateLimited: 'RESOURCE_EXHAUSTED',
  expired: 'DEADLINE_EXCEEDED',
  timeout: 'DEADLINE_EXCEEDED',
} as const satisfies Record<CommandErrorCode, keyof Grpc['status']>;

/** A failed command as a status of gRPC; of an error that is not a command's own a client learns only that. */
export function commandStatus({ status }: Grpc, error: unknown): { readonly code: number; readonly details: string } {
  if (!(error instanceof CommandError)) return { code: status.INTERNAL, details: 'the command failed' };
  // The words of tatsu's server, which its clients may look for.
  if (error.code === 'foreignShard') return { code: status.NOT_FOUND, details: 'unknown shard' };
  return { code: status[STATUS[error.code]], details: error.message };
}
