import { ClientError } from './client-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReplyMessage } from './server-message.ts';

export interface CommandDeskOptions {
  readonly clock: Clock;
  /** Commands that may wait for a connection or an answer. */
  readonly maxCommands: number;
  send(message: object): boolean;
}

/** How a command is sent. */
export interface RequestOptions {
  /** Longest wait for the answer, the wait for a connection included, milliseconds. */
  readonly deadlineMs: number;
  /** Gets the parts of the answer that come before it. */
  onChunk?(payload: unknown): void;
}

/** The commands of a client and their answers. Every promise settles, at the latest at its deadline. */
export interface CommandDesk {
  request(command: object, options: RequestOptions): Promise<unknown>;
  /** There is a connection, on which so many commands may be under way, and messages be so long. */
  connected(limits: { readonly maxCommands: number; readonly maxMessageBytes: number }): void;
  /** The connection is lost: what was sent on it fails, what was not waits for the next one. */
  lost(): void;
  onReply(reply: ReplyMessage): void;
  onChunk(id: string, payload: unknown): void;
  close(): void;
}

interface Request {
  readonly id: string;
  readonly command: object;
  isSent: boolean;
  onChunk(payload: unknown): void;
  settle(error: ClientError | undefined, result?: unknown): void;
}

export function createCommandDesk({ clock, maxCommands, send }: CommandDeskOptions): CommandDesk {
  const requests = new Map<string, Request>();
  let limits: { readonly maxCommands: number; readonly maxMessageBytes: number } | undefined;
  let lastId = 0;
  let sent = 0;
  let isClosed = false;

  const sendWaiting = (): void => {
    for (const request of requests.values()) {
      if (limits === undefined || sent >= limits.maxCommands) return;
      if (!request.isSent) sendOne(request, limits.maxMessageBytes);
    }
  };

  const sendOne = (request: Request, maxBytes: number): void => {
    const message = { op: 'command', id: request.id, command: request.command };
    let length: number;
    try {
      length = Buffer.byteLength(JSON.stringify(message));
    } catch (cause) {
      return request.settle(new ClientError('invalid', 'the command cannot be written as JSON', { cause }));
    }
    if (length > maxBytes) {
      return request.settle(
        new ClientError('tooLarge', `the command is ${length} bytes long; the server takes ${maxBytes}`),
      );
    }
    if (!send(message)) return;
    request.isSent = true;
    sent++;
  };

  return {
    request(command, { deadlineMs, onChunk = () => {} }) {
      if (isClosed) return Promise.reject(new ClientError('closed', 'the client is closed'));
      if (requests.size >= maxCommands) {
        return Promise.reject(new ClientError('queueFull', `${maxCommands} commands wait already`));
      }
      return new Promise((resolve, reject) => {
        const id = String(++lastId);
        const timer = clock.setTimer(() => {
          const what = requests.get(id)?.isSent === true ? 'no answer came' : 'there was no connection';
          request.settle(new ClientError('timeout', `${what} within ${deadlineMs} ms`));
        }, deadlineMs);
        const request: Request = {
          id,
          command,
          isSent: false,
          onChunk,
          settle(error, result) {
            if (!requests.delete(id)) return;
            clock.clearTimer(timer);
            if (request.isSent) sent--;
            if (error === undefined) resolve(result);
            else reject(error);
            sendWaiting();
          },
        };
        requests.set(id, request);
        sendWaiting();
      });
    },
    connected(given) {
      limits = given;
      sendWaiting();
    },
    lost() {
      limits = undefined;
      for (const request of [...requests.values()]) {
        if (request.isSent) {
          request.settle(
            new ClientError('disconnected', 'the connection was lost before the answer; it may have been carried out'),
          );
        }
      }
    },
    onReply({ id, ok, result, error }) {
      const request = requests.get(id);
      if (ok) return request?.settle(undefined, result);
      const { code = 'internal', message = 'the command failed', retryAfterMs } = error ?? {};
      request?.settle(new ClientError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs }));
    },
    onChunk(id, payload) {
      const request = requests.get(id);
      try {
        request?.onChunk(payload);
      } catch (cause) {
        request?.settle(new ClientError('handlerFailed', 'onChunk threw', { cause }));
      }
    },
    close() {
      isClosed = true;
      for (const request of [...requests.values()]) request.settle(new ClientError('closed', 'the client is closed'));
    },
  };
}
