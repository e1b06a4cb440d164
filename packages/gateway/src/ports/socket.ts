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
  /** One whole message. `data` is lent: after the call it may be written over, so what is to be kept of it must be copied. */
  onMessage(data: Buffer, isBinary: boolean): void;
  /** Called exactly once for each socket that was opened, after everything else; 1006 when there was no close frame. */
  onClose(code: number, reason: string): void;
  /** Followed by {@link SocketHandlers.onClose}. */
  onError(error: SocketError): void;
}

/** Opens a connection. Does not throw: what goes wrong is told to the handlers. */
export type OpenSocket = (url: string, handlers: SocketHandlers) => GatewaySocket;
