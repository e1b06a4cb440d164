import type { Compression, FrameDecoderOptions } from './decoder-options.ts';
import type { FrameReader } from './frame-reader.ts';
import { createPayloadCompressionReader, createTextReader, createZlibStreamReader } from './frame-reader.ts';
import { resolveDecoderOptions } from './option-check.ts';
import type { Payload } from './payload.ts';
import { WireError } from './wire-error.ts';

/** Turns the frames of one connection into payloads. Not to be used for a second connection. */
export interface FrameDecoder {
  /**
   * The payload that this frame completes, or undefined when its message has not ended yet.
   *
   * The frame may be kept and become the payload's `bytes`: do not write to it afterwards.
   *
   * @throws {@link WireError} whatever is wrong with the data. After `corruptStream` or `messageTooLarge` on a zlib stream every
   * further call throws `corruptStream`; all other faults concern one message only. After `close()` it throws `closed`.
   * @throws TypeError when the frame is not a Buffer.
   */
  push(frame: Buffer, isBinary: boolean): Payload | undefined;
  /** Compressed bytes kept because their message has not ended yet. */
  readonly bufferedBytes: number;
  /** Frees the decoder's native memory and what it has buffered. May be called again. */
  close(): void;
}

type Limits = Required<Pick<FrameDecoderOptions, 'maxMessageBytes' | 'maxPartialBytes'>>;

const READERS: Readonly<Record<Compression, (limits: Limits) => FrameReader>> = {
  none: createTextReader,
  payload: createPayloadCompressionReader,
  'zlib-stream': createZlibStreamReader,
};

/**
 * A decoder for one connection, from its first frame to its close.
 *
 * @throws TypeError, RangeError for a wrong option; {@link WireError} `unsupported` for `etf` and `zstd-stream`.
 */
export function createFrameDecoder(options: FrameDecoderOptions = {}): FrameDecoder {
  const { compression, maxMessageBytes, maxPartialBytes } = resolveDecoderOptions(options);
  const reader = READERS[compression]({ maxMessageBytes, maxPartialBytes });
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
