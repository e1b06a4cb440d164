import { createServer as createHttp1Server, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock } from '@shardgate/gateway';

/** How HTTP/2 begins and no method of HTTP/1.1 does. https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const PREFACE = 'PRI';

/** Streams of one HTTP/2 connection at a time. */
const MAX_STREAMS = 128;

/** A server of HTTP/1.1 that speaks HTTP/2 with clients that begin so, without TLS. */
export interface DualServer {
  readonly server: Server;
  /** Lets HTTP/2 connections end once their answers are there. */
  closeSessions(): void;
  /** Cuts all connections. */
  destroyConnections(): void;
}

/** How long connections may say nothing, milliseconds. */
export interface Silence {
  readonly clock: Clock;
  /** Before their first bytes. */
  readonly firstMs: number;
  /** Later, in either direction. */
  readonly idleMs: number;
}

export function createDualServer(
  handler: RequestListener,
  options: ServerOptions,
  { clock, firstMs, idleMs }: Silence,
): DualServer {
  const server = createHttp1Server(options, handler);
  server.timeout = idleMs;
  // The compatibility API of HTTP/2 gives handlers of HTTP/1.1 what they read and write.
  const http2 = createHttp2Server({ settings: { maxConcurrentStreams: MAX_STREAMS } }, handler as never);
  Object.assign(http2, { timeout: idleMs });
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  http2.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    // A peer that breaks the protocol ends its connection, nothing else.
    session.on('error', () => session.destroy());
  });
  const [acceptHttp1] = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const timer = clock.setTimer(() => socket.destroy(), firstMs);
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      clock.clearTimer(timer);
    });
    const onError = (): void => void socket.destroy();
    const look = (): void => {
      const first = socket.read(PREFACE.length) as Buffer | null;
      if (first === null) {
        // Less than that, and nothing more to come.
        if (socket.readableEnded) socket.destroy();
        else socket.once('readable', look);
        return;
      }
      clock.clearTimer(timer);
      socket.removeListener('error', onError);
      socket.unshift(first);
      if (first.toString('latin1') === PREFACE) http2.emit('connection', socket);
      else acceptHttp1?.call(server, socket);
    };
    socket.on('error', onError);
    look();
  });
  return {
    server,
    closeSessions() {
      for (const session of sessions) session.close();
    },
    destroyConnections() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
