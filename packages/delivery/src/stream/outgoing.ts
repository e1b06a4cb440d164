import { SOCKET_BUFFER_BYTES } from './protocol.ts';

/** A message that can be written to where it is to stand. */
export interface OutgoingMessage {
  /** It is never longer. */
  readonly mostBytes: number;
  /** Writes it, and gives the place behind it. */
  write(target: Buffer, at: number): number;
}

/** Puts what the transport needs around a message. */
export interface Framing {
  /** Bytes of the longest frame header. */
  readonly mostBytes: number;
  /** Writes the message with its frame, and gives the place behind it. */
  write(message: OutgoingMessage, target: Buffer, at: number): number;
}

/** Messages on their way into a socket. */
export interface Outgoing {
  /** Bytes that were added since the last flush. */
  readonly bytes: number;
  add(message: OutgoingMessage): void;
  /** Has the socket take what was added. */
  flush(): void;
}

/** Holds what most writes have; a larger message has a buffer of its own. */
const BUFFER_BYTES = 65_536;
/** Buffers kept for the next writes: all that a socket is given before it is empty again. */
const BUFFERS_KEPT = SOCKET_BUFFER_BYTES / BUFFER_BYTES;

/**
 * Gathers messages in buffers that are used again once the socket has taken them: one for each write would be garbage outside the heap, which makes V8 collect all of it
 * several times a second.
 *
 * @param send has the socket take bytes; `done` is called when they may be written over
 */
export function createOutgoing(framing: Framing, send: (bytes: Buffer, done: () => void) => void): Outgoing {
  const free: Buffer[] = [];
  let made = 0;
  let current: Buffer | undefined;
  let end = 0;

  /** A buffer for so many bytes at least; one for this message alone where it is large, or all that are kept are lent. */
  function take(bytes: number): Buffer {
    if (bytes > BUFFER_BYTES) return Buffer.allocUnsafeSlow(bytes);
    const kept = free.pop();
    if (kept !== undefined) return kept;
    if (made === BUFFERS_KEPT) return Buffer.allocUnsafe(bytes);
    made++;
    return Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }

  const outgoing: Outgoing = {
    get bytes() {
      return end;
    },
    add(message) {
      const most = framing.mostBytes + message.mostBytes;
      if (current !== undefined && end + most > current.length) outgoing.flush();
      current ??= take(most);
      end = framing.write(message, current, end);
    },
    flush() {
      if (current === undefined) return;
      const buffer = current;
      const bytes = buffer.subarray(0, end);
      current = undefined;
      end = 0;
      send(bytes, () => {
        if (buffer.length === BUFFER_BYTES && free.length < BUFFERS_KEPT) free.push(buffer);
      });
    },
  };
  return outgoing;
}
