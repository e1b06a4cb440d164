/** How a payload is written. */
export type Encoding = 'json';

/**
 * How messages are compressed on their way to the client: not at all, some of them each on its own (`compress: true`
 * in Identify), or all of them as one zlib stream (`compress=zlib-stream` in the URL).
 *
 * @see https://docs.discord.com/developers/events/gateway#encoding-and-compression
 */
export type Compression = 'none' | 'payload' | 'zlib-stream';

export interface FrameDecoderOptions {
  /** @defaultValue `'json'` */
  readonly encoding?: Encoding;
  /** @defaultValue `'zlib-stream'` */
  readonly compression?: Compression;
  /**
   * Longest message, in bytes of its JSON text. 1 or more. What would grow past it is given up before the memory is taken.
   *
   * @defaultValue 32 MiB
   */
  readonly maxMessageBytes?: number;
  /**
   * Most compressed bytes of one message that comes in several frames of a zlib stream. 1 or more.
   *
   * @defaultValue 8 MiB
   */
  readonly maxPartialBytes?: number;
}

export type ResolvedDecoderOptions = Readonly<Required<FrameDecoderOptions>>;
