import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { until } from '../../../test/faults/real-bed.ts';
import { systemClock, type GatewaySocket, type SocketError, type SocketHandlers } from '../src/index.ts';
import { systemSoon } from '../src/ports/soon.ts';
import { openClientSocket, type ClientSocketOptions } from '../src/websocket/client-socket.ts';

export { until };

/** A client and everything it was told. */
export interface Client extends GatewaySocket {
  /** `open`, `text …`, `binary …`, `error …`, `close …`, oldest first. */
  readonly told: string[];
  readonly messages: Buffer[];
  readonly errors: SocketError[];
  closed(): Promise<void>;
}

const defaults: ClientSocketOptions = {
  limits: { maxMessageBytes: 16 * 1024 * 1024, maxFragments: 1024 },
  handshakeTimeoutMs: 5_000,
  closeTimeoutMs: 5_000,
  clock: systemClock,
  soon: systemSoon,
};

/** What a test wants to do inside a handler. */
export type Reactions = { readonly [Name in keyof SocketHandlers]?: (client: Client) => void };

export function openClient(url: string, options: Partial<ClientSocketOptions> = {}, reactions: Reactions = {}): Client {
  const told: string[] = [];
  const messages: Buffer[] = [];
  const errors: SocketError[] = [];
  const handlers: SocketHandlers = {
    onOpen() {
      told.push('open');
      reactions.onOpen?.(client);
    },
    onMessage(data, isBinary) {
      // It is lent for this call.
      messages.push(Buffer.from(data));
      told.push(isBinary ? `binary ${data.length}` : `text ${data.toString()}`);
      reactions.onMessage?.(client);
    },
    onError(error) {
      errors.push(error);
      told.push(`error ${error.message}`);
      reactions.onError?.(client);
    },
    onClose(code, reason) {
      told.push(`close ${code} ${reason}`.trim());
      reactions.onClose?.(client);
    },
  };
  const socket = openClientSocket(url, handlers, { ...defaults, ...options });
  const client: Client = {
    ...socket,
    told,
    messages,
    errors,
    closed: () => until('the client is closed', () => told.at(-1)?.startsWith('close') === true),
  };
  return client;
}

const closers: (() => Promise<void>)[] = [];

/** Ends every server that a test started. */
export async function endServers(): Promise<void> {
  for (const close of closers.splice(0)) await close();
}

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server of the `ws` package. */
export async function startServer(onConnection: (socket: WebSocket, raw: Socket) => void): Promise<{ url: string }> {
  const server = createServer();
  const webSockets = new WebSocketServer({ server, perMessageDeflate: false });
  webSockets.on('connection', (socket, request) => {
    socket.on('error', () => {});
    onConnection(socket, request.socket);
  });
  return { url: await listen(server) };
}

const acceptOf = (key: string | undefined): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

/** The answer that opens a WebSocket. */
export function switching(request: IncomingMessage, ...more: readonly string[]): string {
  const accept = `Sec-WebSocket-Accept: ${acceptOf(request.headers['sec-websocket-key'])}`;
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    accept,
    ...more,
    '',
    '',
  ].join('\r\n');
}

/** A server that says what the test says, and reads. */
export async function startRawServer(
  onUpgrade: (socket: Socket, request: IncomingMessage) => void,
): Promise<{ url: string }> {
  const server = createServer();
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    socket.resume();
    onUpgrade(socket, request);
  });
  return { url: await listen(server) };
}

/** Whether the other side has ended a connection: with FIN, or with RST. */
export function watchEnd(socket: Socket): { readonly ended: boolean } {
  const watched = { ended: false };
  for (const event of ['end', 'close']) socket.on(event, () => (watched.ended = true));
  return watched;
}
