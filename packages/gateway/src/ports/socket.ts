import { WebSocket } from 'ws';
import { retryAfterMs } from './retry-after.ts';

/** One WebSocket connection to Discord, as the gateway uses it. */
export interface GatewaySocket {
  /** Queues one frame: a string as text, bytes as binary. Never throws; on a socket that is not open nothing happens. */
  send(data: string | Buffer): void;
  /** Starts the closing handshake; before the socket is open it ends the attempt. */
  close(code: number, reason?: string): void;
  /** Drops the connection without waiting for anyone. */
  terminate(): void;
  /** Stops reading from the network until {@link GatewaySocket.resume}. */
  pause(): void;
  resume(): void;
}

/** Why a connection did not come about or broke. */
export interface SocketError extends Error {
  /** HTTP status, when the server answered the upgrade with something else than 101. */
  readonly status?: number;
  /** From a `Retry-After` header, milliseconds. */
  readonly retryAfterMs?: number;
}

/** Who hears of what a socket does. None of them throws. */
export interface SocketHandlers {
  onOpen(): void;
  /** One whole message; `data` is the handler's to keep. */
  onMessage(data: Buffer, isBinary: boolean): void;
  /** Called exactly once for each socket that was opened, after everything else; 1006 when there was no close frame. */
  onClose(code: number, reason: string): void;
  /** Followed by {@link SocketHandlers.onClose}. */
  onError(error: SocketError): void;
}

/** Opens a connection. Does not throw: what goes wrong is told to the handlers. */
export type OpenSocket = (url: string, handlers: SocketHandlers) => GatewaySocket;

/** Largest message taken from the network, bytes before inflating. Single messages of 5.6 MB were seen. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** The shard's own deadline is shorter; this one only makes sure that no attempt is left behind. */
const HANDSHAKE_TIMEOUT_MS = 30_000;

/** The real door: the `ws` package, without permessage-deflate (the protocol has its own compression). */
export const openWebSocket: OpenSocket = (url, handlers) => {
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    // A redirect would take the token to another host.
    followRedirects: false,
  });
  socket.on('open', () => handlers.onOpen());
  socket.on('message', (data, isBinary) => handlers.onMessage(data as Buffer, isBinary));
  socket.on('error', (error) => handlers.onError(error));
  socket.on('close', (code, reason) => handlers.onClose(code, reason.toString()));
  socket.on('unexpected-response', (request, response) => {
    const status = response.statusCode ?? 0;
    const error: Error & { status?: number; retryAfterMs?: number } = new Error(
      `the gateway answered the upgrade with HTTP ${status}`,
    );
    error.status = status;
    const waitMs = retryAfterMs(response.headers['retry-after']);
    if (waitMs !== undefined) error.retryAfterMs = waitMs;
    handlers.onError(error);
    response.destroy();
    request.destroy();
    socket.terminate();
  });
  return {
    send(data) {
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
    },
    close(code, reason) {
      socket.close(code, reason);
    },
    terminate: () => socket.terminate(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
};
