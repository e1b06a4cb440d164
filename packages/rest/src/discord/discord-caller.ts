import type { REST, RequestMethod } from '@discordjs/rest';
import { Agent } from 'undici';
import { MAX_REPLY_BYTES, REPEAT_BACKOFF, USER_AGENT } from '../defaults.ts';
import type { BaseUrl } from '../http/base-url.ts';
import { startDeadline } from '../http/deadline.ts';
import type { Deadline } from '../http/deadline.ts';
import { abortError, exchange, networkCode } from '../http/http-exchange.ts';
import type { HttpReply } from '../http/http-exchange.ts';
import { isIdempotent } from '../http/verb.ts';
import type { Verb } from '../http/verb.ts';
import { fullJitter } from '../ports/backoff.ts';
import { MAX_TIMER_MS, wait } from '../ports/clock.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { RestError } from '../rest-error.ts';
import { displayRoute } from '../routes/route.ts';

/** A request to Discord, body and query already in their final bytes. */
export interface DiscordCall {
  readonly method: Verb;
  readonly version: string;
  /** Path without version; begins with a slash. */
  readonly path: string;
  /** Empty, or begins with a question mark. */
  readonly query: string;
  /** Without `Authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** Takes the request out of the queue. One that is at Discord already is not torn: its answer's limits still count. */
  readonly signal: AbortSignal;
}

/** What a {@link DiscordCaller} needs. */
export interface DiscordCallerOptions {
  readonly apiUrl: BaseUrl;
  /** Read at each attempt and put into that attempt's `Authorization` only; the rate-limit library never has it. */
  readonly token: () => string;
  /** One attempt, milliseconds. */
  readonly attemptTimeoutMs: number;
  /** Repeats after a 5xx or a lost connection, for safe verbs. */
  readonly repeats: number;
  readonly globalRequestsPerSecond: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: (text: string, details: object) => void;
}

/** Calls Discord through the rate limits, queues and retries of `@discordjs/rest`. */
export interface DiscordCaller {
  /** Discord's last answer, whatever its status. Rejects with a {@link RestError} when there is none. */
  call: (call: DiscordCall) => Promise<HttpReply>;
  /** Closes the connections; calls under way reject. */
  close: () => Promise<void>;
}

/** A call on its way through the library, and how its latest attempt end. */
interface PendingCall {
  readonly call: DiscordCall;
  readonly route: string;
  /** Ends the call for its caller; set off by the caller's signal or by `close`. */
  readonly end: Deadline;
  outcome: { readonly reply: HttpReply } | { readonly error: unknown } | undefined;
  /** Attempts the library repeats because of a fault, in a row. */
  setbacks: number;
}

/** Header by which an attempt finds its call again inside the library; never sent. */
const CALL_HEADER = 'x-shardgate-call';

/** Creates a caller. The library is loaded at the first call, so that a manager of a REST process never loads it. */
export function createDiscordCaller(options: DiscordCallerOptions): DiscordCaller {
  const { clock, random, trace } = options;
  const pendingCalls = new Map<string, PendingCall>();
  let closed = false;
  let lastCallId = 0;
  let opened: Promise<{ library: REST; agent: Agent }> | undefined;

  async function open(): Promise<{ library: REST; agent: Agent }> {
    const { REST: Library } = await import('@discordjs/rest');
    const library = new Library({
      globalRequestsPerSecond: options.globalRequestsPerSecond,
      invalidRequestWarningInterval: 500,
      makeRequest: (_url, init) => attempt(new Headers(init.headers as Record<string, string>).get(CALL_HEADER) ?? ''),
      retries: options.repeats,
      // The attempt keeps the time itself: the library's timer would repeat a POST that ran out of time.
      timeout: MAX_TIMER_MS,
    });
    // Only these fields: the others hold the URL, and with it tokens of webhooks and interactions.
    library.on('rateLimited', ({ global, method, route, scope, timeToReset }) =>
      trace('rest rate limited', { global, method, route, scope, timeToReset }),
    );
    library.on('invalidRequestWarning', (counted) => trace('rest invalid requests', { ...counted }));
    return { library, agent: new Agent({ maxResponseSize: MAX_REPLY_BYTES }) };
  }

  /** One attempt. What it throws only tells the library whether to repeat; the caller gets `outcome`. */
  async function attempt(callId: string): Promise<Response> {
    const pending = pendingCalls.get(callId);
    if (pending === undefined || opened === undefined) throw new Error('the call was given up');
    const { call, route } = pending;
    if (pending.setbacks > 0) {
      await wait(clock, fullJitter(REPEAT_BACKOFF, pending.setbacks, random), pending.end.signal);
    }
    if (pending.end.signal.aborted) throw new Error('the call was given up');

    const { agent } = await opened;
    const deadline = startDeadline(clock, options.attemptTimeoutMs, {
      expired: () =>
        new RestError(
          'timeout',
          `${call.method} ${route}: Discord gave no answer within ${options.attemptTimeoutMs} ms`,
          { method: call.method, route },
        ),
      aborted: () => closedError(),
    });
    try {
      const reply = await exchange({
        dispatcher: agent,
        url: `${options.apiUrl.origin}${options.apiUrl.path}/v${call.version}${call.path}${call.query}`,
        method: call.method,
        route,
        headers: { 'user-agent': USER_AGENT, ...call.headers, authorization: `Bot ${options.token()}` },
        body: call.body,
        signal: deadline.signal,
      });
      pending.outcome = { reply };
      pending.setbacks = reply.status >= 500 ? pending.setbacks + 1 : 0;
      // Discord may have carried it out before it failed: only the caller can know whether to try again.
      if (reply.status >= 500 && !isIdempotent(call.method)) throw new Error('not repeated');
      return libraryResponse(reply);
    } catch (error) {
      if (error instanceof RestError) {
        pending.outcome = { error };
        pending.setbacks += 1;
        if (isIdempotent(call.method) && isLostAnswer(error)) throw repeatable();
      }
      throw error;
    } finally {
      deadline.clear();
    }
  }

  async function call(request: DiscordCall): Promise<HttpReply> {
    const route = displayRoute(request.path);
    if (closed) throw closedError();
    opened ??= open();
    const { library } = await opened;
    const callId = String((lastCallId += 1));
    const end = startDeadline(
      clock,
      undefined,
      { expired: closedError, aborted: (signal) => abortError(signal, request.method, route) },
      request.signal,
    );
    const pending: PendingCall = { call: request, route, end, outcome: undefined, setbacks: 0 };
    pendingCalls.set(callId, pending);
    try {
      // The library throws for most answers that are not 2xx; `outcome` has the answer itself.
      const queued = library
        .queueRequest({
          auth: false,
          body: sublimitBody(request),
          fullRoute: request.path as `/${string}`,
          headers: { [CALL_HEADER]: callId },
          method: request.method as RequestMethod,
          signal: end.signal,
        })
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      const libraryError = await Promise.race([queued, end.passed]);
      if (pending.outcome !== undefined && 'reply' in pending.outcome) return pending.outcome.reply;
      throw pending.outcome?.error ?? libraryError;
    } finally {
      end.clear();
      pendingCalls.delete(callId);
    }
  }

  async function close(): Promise<void> {
    closed = true;
    for (const { end } of pendingCalls.values()) end.abort(closedError());
    if (opened === undefined) return;
    const { library, agent } = await opened;
    library.clearHashSweeper();
    library.clearHandlerSweeper();
    await agent.destroy(closedError());
  }

  return { call, close };
}

function closedError(): RestError {
  return new RestError('closed', 'the connection to Discord was closed');
}

/** The connection broke or the time ran out after the request had left: nobody knows whether it was carried out. */
function isLostAnswer(error: RestError): boolean {
  return error.code === 'timeout' || ['ECONNRESET', 'UND_ERR_SOCKET'].includes(networkCode(error.cause));
}

/** The one name of an error on which the library repeats an attempt. */
function repeatable(): Error {
  return Object.assign(new Error('repeat'), { name: 'AbortError' });
}

/** What the library reads of an answer: status, rate-limit headers and, of an error, the body. */
function libraryResponse(reply: HttpReply): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(reply.headers)) {
    for (const line of Array.isArray(value) ? value : [value ?? '']) headers.append(name, line);
  }
  const bodyless = [204, 205, 304].includes(reply.status);
  return new Response(bodyless ? null : reply.body, { status: reply.status, headers });
}

/**
 * The library looks into one kind of body: a channel's name and topic have a limit of their own. It gets that one parsed;
 * the bytes on the wire are always the call's.
 *
 * @see https://docs.discord.com/developers/topics/rate-limits
 */
function sublimitBody(call: DiscordCall): unknown {
  if (call.method !== 'PATCH' || call.body === undefined || !/^\/channels\/\d+$/.test(call.path)) return undefined;
  try {
    return JSON.parse(Buffer.from(call.body).toString('utf8'));
  } catch {
    return undefined;
  }
}
