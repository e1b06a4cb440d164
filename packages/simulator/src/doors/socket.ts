/** A client's end of a connection. `close` begins the closing handshake, `terminate` drops the connection at once. */
export interface GatewaySocket {
  send(data: string | Uint8Array): void;
  close(code: number, reason?: string): void;
  terminate(): void;
  /** Stops and restarts the reading of what the server sends. */
  pause(): void;
  resume(): void;
}

/** What a client wants to hear of its connection. */
export interface SocketHandlers {
  onOpen(): void;
  onMessage(data: Buffer, isBinary: boolean): void;
  /** Exactly once for each socket; 1006 when there was no close frame. */
  onClose(code: number, reason: string): void;
  /** Comes before `onClose`. `status` and `retryAfterMs` when the upgrade was answered with an HTTP error. */
  onError(error: Error & { status?: number; retryAfterMs?: number }): void;
}

/** Opens a connection. Returns at once; the handlers hear the rest, never inside the call. */
export type OpenSocket = (url: string, handlers: SocketHandlers) => GatewaySocket;
