import type { OutgoingMessage } from './outgoing.ts';
import type { CloseReason } from './protocol.ts';

/** What a session does when its connection tells it something. Assigned before the first message can arrive. */
export interface ConnectionListener {
  /** One message as it came. */
  onMessage(text: string): void;
  /** The peer broke the transport's own rules: the connection is of no use any more. */
  onBroken(reason: CloseReason, message: string): void;
  /** The socket's buffer is empty again. */
  onDrain(): void;
  /** The connection has ended; nothing follows. */
  onClose(): void;
}

/** A client's connection, whatever carries it. */
export interface StreamConnection {
  /** Address for reports and for counting wrong keys. */
  readonly address: string;
  /** Whether the key was right already, as a header of the handshake. */
  readonly authorized: boolean;
  listener: ConnectionListener | undefined;
  send(message: OutgoingMessage): void;
  /** What is sent until the end of `work` leaves together, in as few writes as its size allows. */
  together(work: () => void): void;
  /** Bytes in the socket's buffer. */
  bufferedBytes(): number;
  /** Stops or goes on reading from the peer. */
  setReading(reading: boolean): void;
  /** Says goodbye; the connection may take its time for that. */
  end(reason: CloseReason, message: string): void;
  /** Ends at once. */
  destroy(): void;
}
