import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, TimerHandle } from '@shardgate/gateway';
import { isLoopback } from '../../access/loopback.ts';
import { hostNameOf, keyOf } from '../../access/request-head.ts';
import { sameSecret } from '../../access/same-secret.ts';
import { checkOptions } from '../../options/check-options.ts';
import { clockPort, milliseconds, port, secret, text, textList, wholeNumber } from '../../options/shapes.ts';
import { systemClock } from '../../ports/clock.ts';
import type { CommandIntake } from '../command-intake.ts';
import * as defaults from '../defaults.ts';
import { answerCommands, answerDiscordeno, discordenoFailure, failure } from './answer-commands.ts';
import type { Answer, AnswerContext } from './answer-commands.ts';
import { createReplyRoom } from './gathered-chunks.ts';
import type { ReplyRoom } from './gathered-chunks.ts';
import { createLiveRequests } from './live-requests.ts';
import { readJson } from './request-body.ts';

/** Options of {@link createCommandServer}. */
export interface CommandServerOptions {
  readonly intake: Pick<CommandIntake, 'execute'>;
  /** Default: real time. */
  readonly clock?: Clock;
  /** 0 takes a free one. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** What clients have to show: `Authorization: <key>`, or `Bearer <key>`. Visible ASCII without spaces. */
  readonly secretKey: string;
  /**
   * Names, without port, under which clients may reach the server; others are answered with 421. Default: those of this machine when it listens on
   * loopback, else any.
   */
  readonly allowedHosts?: readonly string[];
  /** Default 256 KiB. */
  readonly maxBodyBytes?: number;
  /** Commands in one request. Default 100. */
  readonly maxCommands?: number;
  /** Chunks in one reply, bytes of JSON. Default 32 MiB. */
  readonly maxReplyBytes?: number;
  /** Chunks in all replies that are being gathered, bytes of JSON. Default 128 MiB. */
  readonly maxBufferedBytes?: number;
  /** Default 256. */
  readonly maxConnections?: number;
  /** Requests that are being answered; above it the answer is 503. Default 512. */
  readonly maxRequests?: number;
  /** Time for a request to arrive, milliseconds. Default 10,000. */
  readonly requestTimeoutMs?: number;
  /** Time that `stop` gives to requests under way, milliseconds. Default 5,000. */
  readonly stopTimeoutMs?: number;
}

/** Where the server listens. */
export interface CommandServerAddress {
  readonly host: string;
  readonly port: number;
  readonly url: string;
}

/** The HTTP door of a command intake. */
export interface CommandServer {
  /** Can be read and assigned; stands in no output. */
  secretKey: string;
  /** Listens. Rejects when the port cannot be had, or when it was called before. */
  start(): Promise<CommandServerAddress>;
  /** Takes no new connections, waits for the answers under way, then closes. May be called again. */
  stop(): Promise<void>;
}

const count = wholeNumber(1).optional();
const duration = milliseconds(1).optional();
const shape = {
  intake: port('execute'),
  clock: clockPort.optional(),
  port: wholeNumber(0, 65_535),
  host: text.optional(),
  secretKey: secret,
  allowedHosts: textList.optional(),
  maxBodyBytes: count,
  maxCommands: count,
  maxReplyBytes: count,
  maxBufferedBytes: count,
  maxConnections: count,
  maxRequests: count,
  requestTimeoutMs: duration,
  stopTimeoutMs: duration,
};

/** Largest headers of a request, bytes. */
const MAX_HEADER_BYTES = 8 * 1024;
/** How often Node looks for requests that take too long to arrive, milliseconds. */
const TIMEOUT_CHECK_MS = 1_000;

/**
 * Creates an HTTP server that takes commands: `POST /commands` with one {@link Command} or an array, and `POST /` with the bodies of
 * Discordeno's bots. Nothing listens before `start()`.
 *
 * Answers of `/commands`: `{"ok":true,"result":…,"chunks":[…]}` or `{"ok":false,"error":{"code","message","retryAfterMs"}}` with a status of its
 * own for a single command; an array is answered with 200 and an array.
 *
 * @throws {TypeError | RangeError} when an option is unknown, wrong or missing
 */
export function createCommandServer(options: CommandServerOptions): CommandServer {
  checkOptions('createCommandServer', options, shape);
  const { intake, clock = systemClock, host = defaults.HOST, maxBodyBytes = defaults.MAX_BODY_BYTES } = options;
  const { maxRequests = defaults.MAX_REQUESTS, stopTimeoutMs = defaults.STOP_TIMEOUT_MS } = options;
  const { requestTimeoutMs = defaults.REQUEST_TIMEOUT_MS } = options;
  const budget = { held: 0, limit: options.maxBufferedBytes ?? defaults.MAX_BUFFERED_BYTES };
  const named = options.allowedHosts && new Set(options.allowedHosts.map((name) => name.toLowerCase()));
  const isKnownHost = (name: string): boolean => named?.has(name) ?? (!isLoopback(host) || isLoopback(name));
  const live = createLiveRequests();
  let secretKey = options.secretKey;
  let listener: Server | undefined;
  let stopping: Promise<void> | undefined;

  /** What can be told from the head of a request; undefined lets it in. */
  const refuse = (request: IncomingMessage): Answer | undefined => {
    const { method, url } = request;
    const name = hostNameOf(request);
    if (name === undefined || !isKnownHost(name)) return failure(421, 'invalid', 'this server has another name');
    // Browsers name the page that a request comes from; no page has business here.
    if (request.headers.origin !== undefined) return failure(403, 'forbidden', 'web pages may not send commands');
    if (url !== '/' && url !== '/commands') return failure(404, 'invalid', 'POST / or /commands');
    if (method !== 'POST') return { ...failure(405, 'invalid', 'POST / or /commands'), headers: { allow: 'POST' } };
    if (!sameSecret(secretKey, keyOf(request) ?? '')) {
      const message = 'The Authorization header has not the right key.';
      return {
        ...(url === '/' ? discordenoFailure(401, false, message) : failure(401, 'forbidden', message)),
        headers: { 'www-authenticate': 'Bearer' },
      };
    }
    const isJson = /^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '');
    // Discordeno's bots send their JSON under any type.
    if (url === '/commands' && !isJson) return failure(415, 'invalid', 'Content-Type must be application/json');
    return undefined;
  };

  const answer = async (request: IncomingMessage, room: ReplyRoom): Promise<Answer> => {
    const refusal = refuse(request);
    if (refusal !== undefined) return refusal;
    const isDiscordeno = request.url === '/';
    const body = await readJson(request, maxBodyBytes);
    if (body === 'tooLarge') {
      const message = `a body may have ${maxBodyBytes} bytes`;
      return isDiscordeno ? discordenoFailure(413, true, message, 'tooLarge') : failure(413, 'tooLarge', message);
    }
    if (body === 'invalid') {
      const message = 'the body is not JSON';
      return isDiscordeno ? discordenoFailure(400, true, message, 'invalid') : failure(400, 'invalid', message);
    }
    const context: AnswerContext = {
      intake,
      client: { name: 'http', id: `http:${request.socket.remoteAddress ?? ''}` },
      maxCommands: options.maxCommands ?? defaults.MAX_COMMANDS_PER_REQUEST,
      room,
      isGone: () => request.socket.destroyed,
    };
    return (isDiscordeno ? answerDiscordeno : answerCommands)(context, body.value);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // A client that leaves while its answer is written; without a listener that would end the process.
    response.on('error', () => {});
    const room = createReplyRoom(budget, options.maxReplyBytes ?? defaults.MAX_REPLY_BYTES);
    let replyTimer: TimerHandle;
    live.begin(request, response, () => {
      clock.clearTimer(replyTimer);
      room.release();
    });
    try {
      const tooMany = live.size > maxRequests;
      const given = tooMany ? failure(503, 'queueFull', 'too many requests') : await answer(request, room);
      // What was refused unread, or half read, must not be taken for the next request.
      if (stopping !== undefined || !request.complete) response.setHeader('connection', 'close');
      response.writeHead(given.status, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        ...given.headers,
      });
      // A client that does not read its answer must not hold it for ever.
      if (!request.socket.destroyed)
        replyTimer = clock.setTimer(() => request.socket.destroy(), defaults.REPLY_TIMEOUT_MS);
      response.end(given.body);
    } catch {
      response.destroy();
    }
  };

  const listen = (): Promise<CommandServerAddress> =>
    new Promise((resolve, reject) => {
      const server = createServer(
        {
          maxHeaderSize: MAX_HEADER_BYTES,
          requestTimeout: requestTimeoutMs,
          headersTimeout: requestTimeoutMs,
          connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, requestTimeoutMs),
        },
        (request, response) => void handle(request, response),
      );
      server.on('connection', live.watch);
      server.maxConnections = options.maxConnections ?? defaults.MAX_CONNECTIONS;
      listener = server;
      server.once('error', (cause) => {
        listener = undefined;
        reject(
          new Error(`${host}:${options.port} cannot be listened on (${cause.message}); choose another`, { cause }),
        );
      });
      server.listen(options.port, host, () => {
        const { port: taken, address, family } = server.address() as AddressInfo;
        resolve({ host, port: taken, url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}` });
      });
    });

  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      const server = listener;
      if (server === undefined || !server.listening) {
        resolve();
        return;
      }
      const timer = clock.setTimer(() => server.closeAllConnections(), stopTimeoutMs);
      server.close(() => {
        clock.clearTimer(timer);
        resolve();
      });
      server.closeIdleConnections();
    });

  const commandServer: CommandServer = {
    get secretKey() {
      return secretKey;
    },
    set secretKey(value) {
      checkOptions('commandServer', { secretKey: value }, { secretKey: secret });
      secretKey = value;
    },
    async start() {
      if (listener !== undefined || stopping !== undefined) throw new Error('a command server is started once');
      return listen();
    },
    stop: () => (stopping ??= stop()),
  };
  Object.defineProperty(commandServer, 'secretKey', { enumerable: false });
  return commandServer;
}
