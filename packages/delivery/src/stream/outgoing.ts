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

/** Holds what most writes have; a larger message has a buffer of its own. */
const BUFFER_BYTES = 65_536;
/** Buffers kept for the next writes: all that a socket is given before it is empty again. */
const BUFFERS_KEPT = SOCKET_BUFFER_BYTES / BUFFER_BYTES;

/**
 * Messages on their way into a socket, gathered in buffers that are used again once the socket has taken them: one for each write would be garbage outside the heap, which makes V8 collect
 * all of it several times a second. A class, for its getter, as `Lane` is.
 */
export class Outgoing {
  readonly #framing: Framing;
  readonly #send: (bytes: Buffer, done: () => void) => void;
  readonly #free: Buffer[] = [];
  #made = 0;
  #current: Buffer | undefined;
  #end = 0;

  /** @param send has the socket take bytes; `done` is called when they may be written over */
  constructor(framing: Framing, send: (bytes: Buffer, done: () => void) => void) {
    this.#framing = framing;
    this.#send = send;
  }

  /** Bytes that were added since the last flush. */
  get bytes(): number {
    return this.#end;
  }

  add(message: OutgoingMessage): void {
    const most = this.#framing.mostBytes + message.mostBytes;
    if (this.#current !== undefined && this.#end + most > this.#current.length) this.flush();
    this.#current ??= this.#take(most);
    this.#end = this.#framing.write(message, this.#current, this.#end);
  }

  /** Has the socket take what was added. */
  flush(): void {
    const buffer = this.#current;
    if (buffer === undefined) return;
    const bytes = buffer.subarray(0, this.#end);
    this.#current = undefined;
    this.#end = 0;
    this.#send(bytes, () => {
      if (buffer.length === BUFFER_BYTES && this.#free.length < BUFFERS_KEPT) this.#free.push(buffer);
    });
  }

  /** A buffer for so many bytes at least; one for this message alone where it is large, or all that are kept are lent. */
  #take(bytes: number): Buffer {
    if (bytes > BUFFER_BYTES) return Buffer.allocUnsafeSlow(bytes);
    const kept = this.#free.pop();
    if (kept !== undefined) return kept;
    if (this.#made === BUFFERS_KEPT) return Buffer.allocUnsafe(bytes);
    this.#made++;
    return Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }
}
