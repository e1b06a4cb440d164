import type { Clock } from '@shardgate/gateway';
import type { Dispatcher } from 'undici';

/** An answer, as far as it was read. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body; undefined when it was longer than is read. */
  readonly body: Buffer | undefined;
}

/** One POST. */
export interface PostRequest {
  readonly dispatcher: Dispatcher;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** From when the request is on a connection to the end of the answer, milliseconds. */
  readonly timeoutMs: number;
  readonly maxReplyBytes: number;
  readonly clock: Clock;
  /** Ends the exchange. */
  readonly signal: AbortSignal;
}

/**
 * Sends one POST and reads the answer, up to a limit and within a time. Nothing is followed, repeated or asked twice: redirects would carry
 * the key elsewhere, and a repeat behind the caller's back would break the order.
 *
 * @throws {Error} no answer: unreachable, cut off, too slow, or aborted
 */
export function post(request: PostRequest): Promise<Reply> {
  const { clock, signal, timeoutMs, maxReplyBytes } = request;
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let headers: Reply['headers'] = {};
    let size = 0;
    const chunks: Buffer[] = [];
    let timer: unknown;

    const end = (): void => {
      clock.clearTimer(timer);
      signal.removeEventListener('abort', onAbort);
    };
    const succeed = (body: Buffer | undefined): void => {
      end();
      resolve({ status, headers, body });
    };
    const fail = (error: Error): void => {
      end();
      reject(error);
      // After the promise has its reason, since this reports an error too.
      controller?.abort(error);
    };
    const onAbort = (): void => fail(new Error('aborted', { cause: signal.reason }));

    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (started) => {
        controller = started;
        if (signal.aborted) return started.abort(new Error('aborted'));
        // Not before: waiting for a free connection says nothing about the consumer.
        clock.clearTimer(timer);
        timer = clock.setTimer(() => fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      },
      onResponseStart: (_, statusCode, received) => {
        status = statusCode;
        headers = received;
      },
      onResponseData: (current, chunk) => {
        size += chunk.length;
        if (size <= maxReplyBytes) return void chunks.push(chunk);
        succeed(undefined);
        current.abort(new Error('the answer is too long'));
      },
      onResponseEnd: () => succeed(Buffer.concat(chunks, size)),
      onResponseError: (_, error) => {
        end();
        reject(error);
      },
    };
    request.dispatcher.dispatch(
      {
        path: request.path,
        method: 'POST',
        headers: { ...request.headers },
        body: request.body,
        // One time limit, ours; undici's own would only be a second, different one.
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      handler,
    );
  });
}
