import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DiscordCall, DiscordCaller } from '../discord/discord-caller.ts';
import type { HttpReply } from '../http/http-exchange.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Debug } from '../trace.ts';
import type { ByteBudget } from './request-bytes.ts';

/** Where a REST process listens. */
export interface RestProcessAddress {
  readonly host: string;
  readonly port: number;
  /** For the `customUrl` of managers. */
  readonly url: string;
}

/**
 * The replaceable methods. Each takes the process object first and calls its siblings through it. A replacement that
 * throws is answered with 500; one that never settles ends at `holdTimeout`.
 */
export interface RestProcessMethods {
  /** Starts listening. Rejects when the port cannot be had. */
  start: (restProcess: RestProcess) => Promise<RestProcessAddress>;
  /**
   * Stops: takes nothing new, waits up to `stopTimeout` for the requests in flight, answers the rest with 503, closes.
   * Pauses of the rate-limit library cannot be cut short; they can keep Node alive, but send nothing any more.
   */
  stop: (restProcess: RestProcess) => Promise<void>;
  /** Answers one HTTP request. */
  handleRequest: (restProcess: RestProcess, request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** True when the request may pass. Default: its one `Authorization` header is the `secretKey`. */
  checkAuthorization: (restProcess: RestProcess, request: IncomingMessage) => boolean | Promise<boolean>;
  /** Sends a request to Discord through the rate limits and gives the answer whatever its status. */
  callDiscord: (restProcess: RestProcess, call: DiscordCall) => Promise<HttpReply>;
  /** Receives a line for each request, answer and rate limit; what it throws is dropped. Default: does nothing. */
  debug: Debug;
}

/** The limits of a REST process; all can be given as options. */
export interface RestProcessLimits {
  /** One attempt at Discord, milliseconds. Default 15,000. */
  timeout: number;
  /** Longest time a request is held, waiting for rate limits included, milliseconds. Default 300,000. */
  holdTimeout: number;
  /** Longest wait for requests in flight at `stop`, milliseconds. Default 10,000. */
  stopTimeout: number;
  /** Requests held at once; above it 503. Default 10,000. */
  maxInFlight: number;
  /** Largest request body, bytes; above it 413. Default 110 MiB. */
  maxBodyBytes: number;
  /** All request bodies held together, bytes; above it 503. Default 512 MiB. */
  maxBufferedBytes: number;
  /** Repeats of GET, PUT and DELETE after a 5xx or a lost connection. Other verbs are never repeated. Default 3. */
  maxRetryCount: number;
  /** Requests a second over all routes. Default 50; more only when Discord has raised the bot's limit. */
  globalRequestsPerSecond: number;
}

/** The moving parts of one REST process. */
export interface RestServer {
  state: 'idle' | 'listening' | 'stopping' | 'stopped';
  /** Requests in flight; aborting one answers it with 503. */
  readonly requests: Set<AbortController>;
  readonly bodies: ByteBudget;
  /** Connections to Discord and rate-limit queues, opened when first used. */
  discord: (restProcess: RestProcess) => DiscordCaller;
  start: (restProcess: RestProcess) => Promise<RestProcessAddress>;
  stop: (restProcess: RestProcess) => Promise<void>;
}

/** What {@link createRestProcess} gives: a plain object. */
export interface RestProcess extends RestProcessMethods, RestProcessLimits {
  /** Bot token without `Bot `. Readable, not enumerable; goes to Discord only. */
  token: string;
  /** Key clients must send; empty: none. Readable, not enumerable. */
  secretKey: string;
  readonly host: string;
  readonly port: number;
  /** Discord's API. */
  readonly discordUrl: string;
  /** API version of requests that name none. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Listener, requests in flight and connections. Not enumerable. */
  readonly server: RestServer;
}

/** Options of {@link createRestProcess}; every method can be given too. */
export interface RestProcessOptions extends Partial<RestProcessMethods>, Partial<RestProcessLimits> {
  /** Bot token, with or without `Bot `. */
  readonly token: string;
  /** Key clients send as `Authorization`. May only be left out on a loopback `host`. */
  readonly secretKey?: string | undefined;
  /** Port to listen on; 0 takes a free one. */
  readonly port: number;
  /** Address to listen on. Default `127.0.0.1`. Any that is not loopback needs a `secretKey`. */
  readonly host?: string | undefined;
  /** Discord's API, for tests and proxies that take the bot token. Default `https://discord.com/api`. */
  readonly discordUrl?: string | undefined;
  /** API version of requests that name none, a number or its digits. Default 10. */
  readonly version?: number | string | undefined;
  /** Default: real time. */
  readonly clock?: Clock | undefined;
  /** Default: `Math.random`. */
  readonly random?: Random | undefined;
}
