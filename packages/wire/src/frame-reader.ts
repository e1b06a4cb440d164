import type { Encoding } from './decoder-options.ts';
import type { InflateStream } from './inflate-stream.ts';
import type { PartialMessage } from './partial-message.ts';
import type { Payload } from './payload.ts';
import { WireError } from './wire-error.ts';
import { createPayloadInflate } from './zlib-inflate.ts';

/** What one kind of compression does with a frame. Called by the frame decoder only, which has checked its arguments. */
export interface FrameReader {
  readonly bufferedBytes: number;
  read(frame: Buffer, isBinary: boolean): Payload | undefined;
  close(): void;
}

interface Limits {
  readonly maxMessageBytes: number;
}

/** How the messages of one encoding are read once they are not compressed. */
export interface MessageFormat {
  readonly encoding: Encoding;
  /** Whether an uncompressed message is a binary frame. */
  readonly isBinary: boolean;
  read(bytes: Buffer): Payload;
  /** As `read`, for bytes that may have lost some on their way. */
  readDoubtful(bytes: Buffer): Payload;
}

/** Each message is a frame. */
export function createPlainReader(format: MessageFormat, limits: Limits): FrameReader {
  return {
    bufferedBytes: 0,
    read(frame, isBinary) {
      if (isBinary && !format.isBinary)
        throw new WireError(
          'unexpectedBinaryFrame',
          "got a binary frame although compression is 'none'; was the URL opened with compress=?",
        );
      if (!isBinary && format.isBinary)
        throw new WireError(
          'unexpectedTextFrame',
          `got a text frame although encoding is '${format.encoding}'; was the URL opened with another encoding=?`,
        );
      return readPlain(frame, format, limits);
    },
    close() {},
  };
}

/** A text frame is a message, a binary frame a message compressed on its own. */
export function createPayloadCompressionReader(format: MessageFormat, limits: Limits): FrameReader {
  const inflater = createPayloadInflate(limits);
  return {
    bufferedBytes: 0,
    read(frame, isBinary) {
      return isBinary ? format.read(inflater.inflate(frame)) : readPlain(frame, format, limits);
    },
    close: inflater.close,
  };
}

interface StreamParts {
  readonly compression: 'zlib-stream' | 'zstd-stream';
  readonly inflater: InflateStream;
  /** For streams whose messages may come in several frames. */
  readonly partial?: PartialMessage;
}

/**
 * All messages are one compressed stream.
 *
 * A class, as is whatever else has a getter on the way of an event: V8 makes a dictionary of a literal with one, and looks up every property of it by its name.
 */
export class StreamReader implements FrameReader {
  readonly #format: MessageFormat;
  readonly #parts: StreamParts;
  #failure: WireError | undefined;

  constructor(format: MessageFormat, parts: StreamParts) {
    this.#format = format;
    this.#parts = parts;
  }

  get bufferedBytes(): number {
    return this.#parts.partial?.bytes ?? 0;
  }

  read(frame: Buffer, isBinary: boolean): Payload | undefined {
    const { compression } = this.#parts;
    if (this.#failure !== undefined) {
      throw new WireError(
        'corruptStream',
        `this ${compression} already failed with ${this.#failure.code}; open a new connection with a new decoder`,
      );
    }
    if (!isBinary)
      throw new WireError(
        'unexpectedTextFrame',
        `got a text frame although compression is '${compression}'; was the URL opened without compress=?`,
      );
    return this.#nextPayload(frame);
  }

  close(): void {
    this.#parts.partial?.clear();
    this.#parts.inflater.close();
  }

  #nextPayload(frame: Buffer): Payload | undefined {
    const { inflater, partial } = this.#parts;
    let message: Buffer | undefined;
    let text: Buffer;
    try {
      message = partial === undefined ? frame : partial.add(frame);
      if (message === undefined) return undefined;
      text = inflater.inflate(message);
    } catch (error) {
      // Each message builds on all before it: after one is lost nothing that follows can be trusted.
      if (error instanceof WireError) this.#failure = error;
      this.close();
      throw error;
    }
    // Where a frame lost its end, the next one seems to continue it, and zlib need not notice.
    return message === frame ? this.#format.read(text) : this.#format.readDoubtful(text);
  }
}

function readPlain(frame: Buffer, format: MessageFormat, { maxMessageBytes }: Limits): Payload {
  if (frame.length > maxMessageBytes)
    throw new WireError(
      'messageTooLarge',
      `a message of ${frame.length} bytes is over maxMessageBytes (${maxMessageBytes})`,
    );
  // The frame is its owner's; the payload lives on.
  return format.read(Buffer.from(frame));
}
