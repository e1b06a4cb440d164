import type { HttpReply } from '../http/http-exchange.ts';
import type { Verb } from '../http/verb.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { RouteArgument, UntypedJson } from '../routes/route.ts';
import type { Debug } from '../trace.ts';
import type { Connections } from './connections.ts';
import type { RestFile } from './request-body.ts';

/** A verb as `runMethod` takes it. */
export type RestVerb = Verb | Lowercase<Verb>;

/** Options of one call. */
export interface RunMethodOptions {
  /** Reason in the guild's audit log, 1 to 512 characters; encoded for you. */
  readonly reason?: string | undefined;
  /** Files to upload; the body goes along as `payload_json`. */
  readonly files?: readonly RestFile[] | undefined;
  /** Query parameters, added to those of the route. A list repeats its name. */
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  /** More headers. `Authorization` and those that frame the message are refused. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Longest time for this call, milliseconds; the manager's `timeout` when not given. */
  readonly timeout?: number | undefined;
  /** Ends the call. */
  readonly signal?: AbortSignal | undefined;
}

/** One call, checked and encoded. */
export interface RestRequest {
  readonly method: Verb;
  readonly version: string;
  /** Path without version; begins with a slash. */
  readonly path: string;
  /** Empty, or begins with a question mark. */
  readonly query: string;
  /** Path for errors and logs: without query and tokens. */
  readonly route: string;
  /** Without `Authorization`: that is added where the request leaves. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** Whole call, milliseconds. */
  readonly timeoutMs: number;
  /** Aborts when the time is up or the caller says so. */
  readonly signal: AbortSignal;
}

/**
 * The replaceable methods. Each takes the manager first and calls its siblings through it, so a replacement, given as an
 * option or assigned later, counts from the next call on. What a replacement throws is what `runMethod` rejects with; one
 * that never settles ends at the call's time-out.
 */
export interface RestMethods {
  /**
   * Calls a route and gives the answer's JSON as Discord wrote it (snake_case); `undefined` for 204.
   *
   * For `get`, a body of plain properties becomes query parameters. bigints are sent as strings.
   * Rejects with a {@link RestError} when the answer is not 2xx or none comes, with a `TypeError` for a wrong argument.
   */
  runMethod: <Result = UntypedJson>(
    rest: RestManager,
    method: RestVerb,
    route: RouteArgument<Result>,
    body?: unknown,
    options?: RunMethodOptions,
  ) => Promise<Result>;
  /** Checks and encodes a call. */
  createRequest: (
    rest: RestManager,
    method: string,
    route: unknown,
    body: unknown,
    options: RunMethodOptions,
  ) => Promise<RestRequest>;
  /** Sends a request to the REST process, or to Discord when there is none, and gives the answer whatever its status. */
  sendRequest: (rest: RestManager, request: RestRequest) => Promise<HttpReply>;
  /** Reads an answer: its JSON, or throws a {@link RestError} when it is not 2xx. */
  readReply: (rest: RestManager, request: RestRequest, reply: HttpReply) => unknown;
  /** Closes the connections. Calls under way and later ones reject with `closed`. */
  close: (rest: RestManager) => Promise<void>;
  /** Receives a line for each request and answer; what it throws is dropped. Default: does nothing. */
  debug: Debug;
}

/** The data of a manager. */
export interface RestState {
  /** Bot token without `Bot `. Readable, not enumerable; goes to Discord only. */
  token: string;
  /** Key of the REST process. Readable, not enumerable; goes to `customUrl` only. */
  secretKey: string;
  /** Address of the REST process; empty: straight to Discord. */
  customUrl: string;
  /** Discord's API, used when `customUrl` is empty. */
  apiUrl: string;
  /** API version when the route names none. */
  version: string;
  /** Longest time of a call, milliseconds. */
  timeout: number;
  /** Repeats after a 5xx or a lost connection; direct mode, safe verbs only. */
  maxRetryCount: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Sockets and, in direct mode, rate-limit queues; opened at the first call. Not enumerable. */
  readonly connections: Connections;
}

/** What {@link createRestManager} gives: a plain object. */
export interface RestManager extends RestState, RestMethods {}

/** Options of {@link createRestManager}; every method can be given too. */
export interface RestManagerOptions extends Partial<RestMethods> {
  /** Bot token, with or without `Bot `. Required unless `customUrl` is given: the REST process has its own. */
  readonly token?: string | undefined;
  /** Key of the REST process. */
  readonly secretKey?: string | undefined;
  /** Address of the REST process, http or https, such as `http://localhost:8000`. Default: none, straight to Discord. */
  readonly customUrl?: string | undefined;
  /** Discord's API, for tests and proxies that take the bot token. Default `https://discord.com/api`. */
  readonly apiUrl?: string | undefined;
  /** API version, a number or its digits. Default 10. */
  readonly version?: number | string | undefined;
  /** Longest time of a call, waiting for rate limits included, milliseconds, 1 or more. Default 30,000. */
  readonly timeout?: number | undefined;
  /** See {@link RestState.maxRetryCount}. Default 3. */
  readonly maxRetryCount?: number | undefined;
  /** Default: real time. */
  readonly clock?: Clock | undefined;
  /** Default: `Math.random`. */
  readonly random?: Random | undefined;
}
