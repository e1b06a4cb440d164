// The global of the same name is an accessor, which V8 calls each time.
import { Buffer } from 'node:buffer';
import type { Encoding, FrameDecoderOptions, ResolvedDecoderOptions } from './decoder-options.ts';
import { readEtfPayload } from './etf.ts';
import type { FrameReader, MessageFormat } from './frame-reader.ts';
import { createPayloadCompressionReader, createPlainReader, StreamReader } from './frame-reader.ts';
import { resolveDecoderOptions } from './option-check.ts';
import { PartialMessage } from './partial-message.ts';
import type { Payload } from './payload.ts';
import { readDoubtfulPayload, readPayload } from './read-payload.ts';
import { WireError } from './wire-error.ts';
import { createZlibInflate } from './zlib-inflate.ts';
import { createZstdInflate } from './zstd-inflate.ts';

/** Turns the frames of one connection into payloads. Not to be used for a second connection. */
export interface FrameDecoder {
  /**
   * The payload that this frame completes, or undefined when its message has not ended yet.
   *
   * Nothing of the frame is used after the call.
   *
   * @throws {@link WireError} whatever is wrong with the data. After `corruptStream` or `messageTooLarge` on a stream every
   * further call throws `corruptStream`; all other faults concern one message only. After `close()` it throws `closed`.
   * @throws TypeError when the frame is not a Buffer.
   */
  push(frame: Buffer, isBinary: boolean): Payload | undefined;
  /** Compressed bytes kept because their message has not ended yet. */
  readonly bufferedBytes: number;
  /** Frees the decoder's native memory and what it has buffered. May be called again. */
  close(): void;
}

const FORMATS: Readonly<Record<Encoding, MessageFormat>> = {
  json: { encoding: 'json', isBinary: false, read: readPayload, readDoubtful: readDoubtfulPayload },
  // Every message in ETF is walked to its end.
  etf: { encoding: 'etf', isBinary: true, read: readEtfPayload, readDoubtful: readEtfPayload },
};

/**
 * A decoder for one connection, from its first frame to its close.
 *
 * @throws TypeError, RangeError for a wrong option; {@link WireError} `unsupported` when this Node.js cannot
 * inflate a stream, as before 22.15 with `zstd-stream` and without the package fzstd.
 */
export function createFrameDecoder(options: FrameDecoderOptions = {}): FrameDecoder {
  return new ConnectionDecoder(createReader(resolveDecoderOptions(options)));
}

/** Looks at the arguments, and knows when it is over. */
class ConnectionDecoder implements FrameDecoder {
  readonly #reader: FrameReader;
  #isClosed = false;

  constructor(reader: FrameReader) {
    this.#reader = reader;
  }

  get bufferedBytes(): number {
    return this.#reader.bufferedBytes;
  }

  push(frame: Buffer, isBinary: boolean): Payload | undefined {
    if (this.#isClosed)
      throw new WireError('closed', 'this decoder is closed; a new connection needs a decoder of its own');
    if (!Buffer.isBuffer(frame)) throw new TypeError(`frame must be a Buffer, got a value of type ${typeof frame}`);
    return this.#reader.read(frame, isBinary);
  }

  close(): void {
    this.#isClosed = true;
    this.#reader.close();
  }
}

function createReader(options: ResolvedDecoderOptions): FrameReader {
  const { encoding, compression } = options;
  const format = FORMATS[encoding];
  switch (compression) {
    case 'none':
      return createPlainReader(format, options);
    case 'payload':
      return createPayloadCompressionReader(format, options);
    case 'zlib-stream': {
      const partial = new PartialMessage(options);
      return new StreamReader(format, { compression, inflater: createZlibInflate(options), partial });
    }
    case 'zstd-stream':
      return new StreamReader(format, { compression, inflater: createZstdInflate(options) });
  }
}
