import type { Dispatcher } from 'undici';
import { request } from 'undici';
import { RestError } from '../rest-error.ts';

/** An answer, read to its end. */
export interface HttpReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** One request on the wire. */
export interface HttpExchange {
  readonly dispatcher: Dispatcher;
  readonly url: string;
  /** Verb in capitals. */
  readonly method: string;
  /** Path for error messages, without secrets. */
  readonly route: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** Ends the exchange; when its reason is a {@link RestError} that is what the caller gets. */
  readonly signal: AbortSignal;
}

/**
 * Sends one request and reads the answer. Redirects are not followed, whatever their target: the request carries a secret.
 *
 * @throws {RestError} `unreachable`, `aborted`, `invalidReply`, or the signal's reason.
 */
export async function exchange(wire: HttpExchange): Promise<HttpReply> {
  try {
    const reply = await request(wire.url, {
      dispatcher: wire.dispatcher,
      method: wire.method as Dispatcher.HttpMethod,
      headers: { ...wire.headers },
      body: wire.body ?? null,
      signal: wire.signal,
      // The signal carries the one deadline; undici's own would only add a second, different one.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return { status: reply.statusCode, headers: reply.headers, body: Buffer.from(await reply.body.arrayBuffer()) };
  } catch (error) {
    if (error instanceof RestError) throw error; // The agent was closed with it.
    if (wire.signal.aborted) throw abortError(wire.signal, wire.method, wire.route);
    const cause = networkCode(error);
    const tooLarge = cause === 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
    throw new RestError(
      tooLarge ? 'invalidReply' : 'unreachable',
      `${wire.method} ${wire.route}: ${tooLarge ? 'the answer is too large' : `${new URL(wire.url).host} cannot be reached`} (${cause})`,
      { method: wire.method, route: wire.route, cause: error },
    );
  }
}

/** The error of an aborted request: the reason when it is ours, else one that carries it. */
export function abortError(signal: AbortSignal, method: string, route: string): RestError {
  const reason: unknown = signal.reason;
  if (reason instanceof RestError) return reason;
  return new RestError('aborted', `${method} ${route}: aborted by the caller`, { method, route, cause: reason });
}

/** `ECONNREFUSED` and the like, of the error or of what caused it. */
export function networkCode(error: unknown): string {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string' && !(current instanceof RestError)) return current.code;
  }
  return error instanceof Error ? error.name : 'unknown';
}

/** One value of a header; the first when it came more than once. */
export function headerOf(reply: HttpReply, name: string): string | undefined {
  const value = reply.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
