import { GatewayError } from '@shardgate/gateway';
import { JournalLockedError } from '@shardgate/delivery';
import { errorCode } from './error-code.ts';

/** How `shardgate start` ends, as a number for whoever started it. Documented in docs/errors.md. */
export const EXIT_CODES = {
  /** Stopped as asked. */
  ok: 0,
  /** Something that should not happen. */
  unexpected: 1,
  /** The configuration or the command line is wrong. */
  configuration: 2,
  /** Discord refused the token. */
  token: 3,
  /** Discord refused the intents or the shard plan. */
  refused: 4,
  /** The identifies of the day are used up. */
  budget: 5,
  /** An address cannot be listened on. */
  address: 6,
  /** The state folder cannot be used. */
  folder: 7,
  /** Another process works in the state folder. */
  inUse: 8,
} as const;

export type ExitReason = keyof typeof EXIT_CODES;

/** Why a service cannot run: one line with the cause and the remedy. */
export class ServiceError extends Error {
  override readonly name: string = 'ServiceError';
  readonly reason: ExitReason;

  constructor(reason: ExitReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }

  get exitCode(): number {
    return EXIT_CODES[this.reason];
  }
}

const FOLDER_CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC', 'ENOENT']);

/** What went wrong with the state folder. */
export function folderError(error: unknown, folder: string): ServiceError {
  if (error instanceof JournalLockedError)
    return new ServiceError('inUse', `${error.message}; stop that process, or give this one a 'folder' of its own`, {
      cause: error,
    });
  const code = errorCode(error);
  if (code !== undefined && FOLDER_CODES.has(code))
    return new ServiceError(
      'folder',
      `the state folder ${folder} cannot be used (${code}); make it a folder that this user may write to, or set 'folder' to another`,
      { cause: error },
    );
  return unexpected(error);
}

/** What went wrong where something was to listen. */
export function addressError(error: unknown, what: string, address: string): ServiceError {
  const code = errorCode(error);
  const cause =
    code === 'EADDRINUSE'
      ? 'is in use'
      : code === 'EACCES'
        ? 'may not be used by this user'
        : `cannot be listened on (${code ?? (error instanceof Error ? error.message : String(error))})`;
  return new ServiceError('address', `${address} of ${what} ${cause}; end what uses it, or set another`, {
    cause: error,
  });
}

/** What Discord refused. */
export function discordError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (!(error instanceof GatewayError)) return unexpected(error);
  switch (error.code) {
    case 'tokenRejected':
      return new ServiceError('token', `${error.message}; check 'token'`, { cause: error });
    case 'shardPlanRejected':
    case 'configurationRejected':
      return new ServiceError('refused', error.message, { cause: error });
    case 'identifyRefused':
      return new ServiceError('budget', error.message, { cause: error });
    default:
      return unexpected(error);
  }
}

export function unexpected(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  return new ServiceError('unexpected', error instanceof Error ? error.message : String(error), { cause: error });
}
