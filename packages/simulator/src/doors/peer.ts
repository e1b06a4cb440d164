/** The two addresses of the gateway: the one of `/gateway/bot`, and `resume_gateway_url`. */
export type DoorName = 'main' | 'resume';

/** The client's end of a connection as the core sees it. A door makes one for each connection; nothing here throws. */
export interface Peer {
  /** A string is a text message, a buffer a binary one. */
  send(message: string | Buffer): void;
  close(code: number, reason: string): void;
  /** Ends the TCP connection without a close frame. */
  drop(): void;
  /** Resets the TCP connection. */
  reset(): void;
  /** Stops and restarts the reading of what the client sends. */
  pauseReading(): void;
  resumeReading(): void;
  /** Bytes sent that the client has not taken. */
  bufferedBytes(): number;
}

/** What a door tells the core about a connection. */
export interface Inlet {
  receive(data: Buffer, isBinary: boolean): void;
  /** The connection has ended: by the client's close frame, or with 1006. */
  closed(code: number): void;
}

/** What becomes of a client that dials. */
export type Admission =
  | { readonly kind: 'open' }
  | { readonly kind: 'refuse'; readonly errorCode: string }
  | { readonly kind: 'black-hole' }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterMs: number | undefined };
