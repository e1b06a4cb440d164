import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { isLoopback } from '../access/loopback.ts';
import { keyOf } from '../access/request-head.ts';
import { checkOptions } from '../options/check-options.ts';
import { matching, port, text, textList, wholeNumber } from '../options/shapes.ts';
import type { Sink, SinkDoor } from '../sink.ts';
import { WEBSOCKET_DEFAULTS } from './defaults.ts';
import { createStreamHub } from './stream-hub.ts';
import type { StreamStatus } from './stream-hub.ts';
import { hubOptions, streamShape } from './stream-options.ts';
import type { StreamOptions } from './stream-options.ts';
import { upgradeRefusal } from './upgrade-check.ts';
import type { UpgradeRefusal } from './upgrade-check.ts';
import { createWebSocketConnection } from './websocket-connection.ts';

/** Options of {@link createWebSocketSink}: `port` or `server`, and the rest as wanted. */
export interface WebSocketSinkOptions extends StreamOptions {
  /** Port of a listener of its own; 0 for any that is free. */
  readonly port?: number;
  /** A server that listens already, or will: the sink answers its upgrade requests for `path` and leaves all others alone. */
  readonly server?: Server;
  /** Address of the own listener. Any but this machine's own needs a `secretKey`. @defaultValue `'127.0.0.1'` */
  readonly host?: string;
  /** @defaultValue `'/'` */
  readonly path?: string;
  /** Values of the `Origin` header that may pass: without any, no web page can connect. @defaultValue `[]` */
  readonly allowedOrigins?: readonly string[];
  /** Host names of this machine by which local clients may call the sink, beside `localhost` and its addresses. @defaultValue `[]` */
  readonly allowedHosts?: readonly string[];
}

/** Hands events to clients that connect to a WebSocket. */
export interface WebSocketSink extends Sink {
  /** Where the own listener listens; undefined before `open` and with a `server` of the user's. */
  readonly address: AddressInfo | undefined;
  status(): StreamStatus;
}

const OWNER = 'createWebSocketSink';

/**
 * A sink that speaks the Shardgate stream protocol (docs/PROTOCOL.md) on a WebSocket.
 *
 * Several clients share the lanes; what one leaves unacknowledged goes to the next.
 *
 * @throws TypeError or RangeError for a wrong option, and for an address other machines can reach without a `secretKey`
 */
export function createWebSocketSink(options: WebSocketSinkOptions): WebSocketSink {
  checkOptions(OWNER, options, {
    ...streamShape,
    port: wholeNumber(0, 65_535).optional(),
    server: port('on', 'off', 'address').optional(),
    host: text.optional(),
    path: matching(/^\/[^?#\s]*$/, 'expected a path such as "/events"').optional(),
    allowedOrigins: textList.optional(),
    allowedHosts: textList.optional(),
  });
  if ((options.port === undefined) === (options.server === undefined)) {
    throw new TypeError(`${OWNER}: give either port or server`);
  }
  const { host = WEBSOCKET_DEFAULTS.host, path = WEBSOCKET_DEFAULTS.path } = options;
  const { allowedOrigins = [], allowedHosts = [] } = options;
  if (options.server === undefined && options.secretKey === undefined && !isLoopback(host)) {
    throw new TypeError(`${OWNER}: host ${host} can be reached from other machines; give a secretKey`);
  }
  const resolved = hubOptions(OWNER, options);
  const { settings, keyCheck } = resolved;
  const hub = createStreamHub(resolved);
  const rules = {
    path,
    allowedOrigins,
    allowedHosts: new Set(allowedHosts.map((name) => name.toLowerCase())),
    hasKey: keyCheck.isRequired,
  };
  const upgrades = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: settings.maxMessageBytes,
  });
  /** Sockets that are told, after a while, that their key is wrong. */
  const waiting = new Map<Duplex, unknown>();
  let own: Server | undefined;

  const refuse = (stream: Duplex, { status, message }: UpgradeRefusal): void => {
    const body = `${message}\n`;
    const head = [
      `HTTP/1.1 ${status} ${STATUS_TEXT[status] ?? 'Refused'}`,
      'Connection: close',
      'Content-Type: text/plain',
    ];
    stream.end([...head, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'));
  };

  const onUpgrade = (request: IncomingMessage, stream: Duplex, first: Buffer): void => {
    const address = request.socket.remoteAddress ?? 'unknown';
    const refusal = upgradeRefusal(request, rules);
    // On a server of the user's another part may answer for other paths.
    if (refusal?.status === 404 && own === undefined) return;
    // Without a listener an error would end the process.
    stream.on('error', () => stream.destroy());
    if (refusal !== undefined) return refuse(stream, refusal);
    if (hub.crowded(address) !== undefined || waiting.size >= resolved.maxHandshakes) {
      return refuse(stream, { status: 503, message: 'too many clients' });
    }
    const key = keyOf(request);
    const delayMs = key === null ? 0 : keyCheck.delayFor(address, key);
    if (delayMs > 0) return refuseLater(stream, delayMs);
    upgrades.handleUpgrade(request, stream, first, (socket) => {
      const authorized = keyCheck.isRequired && key !== null;
      hub.accept(createWebSocketConnection({ socket, stream, address, authorized }));
    });
  };

  const refuseLater = (stream: Duplex, delayMs: number): void => {
    const answer = (): void => {
      waiting.delete(stream);
      refuse(stream, { status: 401, message: 'the key is wrong' });
    };
    waiting.set(stream, settings.clock.setTimer(answer, delayMs));
    stream.once('close', () => {
      settings.clock.clearTimer(waiting.get(stream));
      waiting.delete(stream);
    });
  };

  const listen = async (door: SinkDoor, port: number): Promise<void> => {
    const { maxClients, maxHandshakes } = resolved;
    const { helloTimeoutMs } = settings;
    const server = createServer({
      headersTimeout: helloTimeoutMs,
      requestTimeout: helloTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, helloTimeoutMs),
      maxHeaderSize: 8_192,
    });
    server.maxConnections = maxClients + 2 * maxHandshakes;
    server.on('upgrade', onUpgrade);
    server.on('request', (request, response) => {
      response.writeHead(426, { Connection: 'close', Upgrade: 'websocket', 'Content-Type': 'text/plain' });
      response.end('this is a WebSocket; see docs/PROTOCOL.md\n');
      request.resume();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', (error) => door.report('error', `${options.name}: ${error.message}`));
    own = server;
  };

  return {
    name: options.name,
    get address() {
      const address = own?.address();
      return typeof address === 'object' && address !== null ? address : undefined;
    },
    status: hub.status,
    deliver: hub.deliver,
    forget: hub.forget,
    async open(door) {
      hub.open(door);
      if (options.server === undefined) return await listen(door, options.port ?? 0);
      options.server.off('upgrade', onUpgrade);
      options.server.on('upgrade', onUpgrade);
    },
    async close() {
      const closing = own;
      own = undefined;
      options.server?.off('upgrade', onUpgrade);
      for (const stream of waiting.keys()) stream.destroy();
      const closed = new Promise<void>((done) => (closing === undefined ? done() : closing.close(() => done())));
      await hub.close();
      closing?.closeAllConnections();
      await closed;
    },
  };
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  421: 'Misdirected Request',
  503: 'Service Unavailable',
};
