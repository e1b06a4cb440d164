import { inflateSync } from 'node:zlib';
import { createInflateStream } from './inflate-stream.ts';
import { createPartialMessage } from './partial-message.ts';
import type { Payload } from './payload.ts';
import { readDoubtfulPayload, readPayload } from './read-payload.ts';
import { WireError } from './wire-error.ts';

/** What one kind of compression does with a frame. Called by the frame decoder only, which has checked its arguments. */
export interface FrameReader {
  readonly bufferedBytes: number;
  read(frame: Buffer, isBinary: boolean): Payload | undefined;
  close(): void;
}

interface Limits {
  readonly maxMessageBytes: number;
  readonly maxPartialBytes: number;
}

/** Each message is a text frame. */
export function createTextReader(limits: Limits): FrameReader {
  return {
    bufferedBytes: 0,
    read(frame, isBinary) {
      if (isBinary)
        throw new WireError(
          'unexpectedBinaryFrame',
          "got a binary frame although compression is 'none'; was the URL opened with compress=?",
        );
      return readText(frame, limits);
    },
    close() {},
  };
}

/** A text frame is a message, a binary frame a message compressed on its own. */
export function createPayloadCompressionReader(limits: Limits): FrameReader {
  return {
    bufferedBytes: 0,
    read(frame, isBinary) {
      return isBinary ? readPayload(inflateWhole(frame, limits)) : readText(frame, limits);
    },
    close() {},
  };
}

/** All messages are one zlib stream; each ends with a flush mark, in this frame or a later one. */
export function createZlibStreamReader(limits: Limits): FrameReader {
  const inflater = createInflateStream(limits);
  const partial = createPartialMessage(limits);
  let failure: WireError | undefined;

  function nextPayload(frame: Buffer): Payload | undefined {
    let message: Buffer | undefined;
    let text: Buffer;
    try {
      message = partial.add(frame);
      if (message === undefined) return undefined;
      text = inflater.inflate(message);
    } catch (error) {
      // Each message builds on all before it: after one is lost nothing that follows can be trusted.
      if (error instanceof WireError) failure = error;
      close();
      throw error;
    }
    // Where a frame lost its end, the next one seems to continue it, and zlib need not notice.
    return message === frame ? readPayload(text) : readDoubtfulPayload(text);
  }

  function close(): void {
    partial.clear();
    inflater.close();
  }

  return {
    get bufferedBytes() {
      return partial.bytes;
    },
    read(frame, isBinary) {
      if (failure !== undefined) {
        throw new WireError(
          'corruptStream',
          `this zlib stream already failed with ${failure.code}; open a new connection with a new decoder`,
        );
      }
      if (!isBinary)
        throw new WireError(
          'unexpectedTextFrame',
          "got a text frame although compression is 'zlib-stream'; was the URL opened without compress=?",
        );
      return nextPayload(frame);
    },
    close,
  };
}

function readText(frame: Buffer, { maxMessageBytes }: Limits): Payload {
  if (frame.length > maxMessageBytes)
    throw new WireError(
      'messageTooLarge',
      `a message of ${frame.length} bytes is over maxMessageBytes (${maxMessageBytes})`,
    );
  return readPayload(frame);
}

function inflateWhole(frame: Buffer, { maxMessageBytes }: Limits): Buffer {
  try {
    return inflateSync(frame, { maxOutputLength: maxMessageBytes });
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new WireError(
        'messageTooLarge',
        `a message of ${frame.length} bytes inflates to more than maxMessageBytes (${maxMessageBytes})`,
      );
    }
    throw new WireError('corruptStream', `a compressed message of ${frame.length} bytes is damaged`, { cause });
  }
}
