import type { CommandClient } from '../commands/command.ts';

/** Carries out the commands of stream clients; the delivery's command intake is one. */
export interface CommandPort {
  /**
   * Resolves with what the client is answered; `onChunk` sends a part of the answer ahead, and throws when the client is gone. A rejection whose error has a string `code` is
   * told to the client with its `code`, `message` and `retryAfterMs`; of any other it learns that it failed.
   */
  execute(client: CommandClient, command: unknown, onChunk: (payload: unknown) => void): Promise<unknown>;
}

/** What a client is told about a command that failed. */
export interface ReplyError {
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
}

/** The part of an error that is meant for the client. */
export function replyError(error: unknown): ReplyError {
  if (error instanceof Error) {
    const code: unknown = Reflect.get(error, 'code');
    const retryAfterMs: unknown = Reflect.get(error, 'retryAfterMs');
    // Errors of the system have codes too ("ECONNRESET", "ERR_…"); what they say is none of the client's business.
    if (typeof code === 'string' && /^[a-z][A-Za-z]*$/.test(code)) {
      const rest = typeof retryAfterMs === 'number' && Number.isFinite(retryAfterMs) ? { retryAfterMs } : {};
      return { code, message: error.message, ...rest };
    }
  }
  return { code: 'internal', message: 'the command failed' };
}
