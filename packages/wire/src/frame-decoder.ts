import type { Encoding, FrameDecoderOptions, ResolvedDecoderOptions } from './decoder-options.ts';
import { readEtfPayload } from './etf.ts';
import type { FrameReader, MessageFormat } from './frame-reader.ts';
import { createPayloadCompressionReader, createPlainReader, createStreamReader } from './frame-reader.ts';
import { resolveDecoderOptions } from './option-check.ts';
import { createPartialMessage } from './partial-message.ts';
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
  const reader = createReader(resolveDecoderOptions(options));
  let closed = false;
  return {
    push(frame, isBinary) {
      if (closed) throw new WireError('closed', 'this decoder is closed; a new connection needs a decoder of its own');
      if (!Buffer.isBuffer(frame)) throw new TypeError(`frame must be a Buffer, got a value of type ${typeof frame}`);
      return reader.read(frame, isBinary);
    },
    get bufferedBytes() {
      return reader.bufferedBytes;
    },
    close() {
      closed = true;
      reader.close();
    },
  };
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
      const partial = createPartialMessage(options);
      return createStreamReader(format, { compression, inflater: createZlibInflate(options), partial });
    }
    case 'zstd-stream':
      return createStreamReader(format, { compression, inflater: createZstdInflate(options) });
  }
}
