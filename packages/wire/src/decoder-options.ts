/**
 * How a payload is written: as JSON text or as an external term of Erlang.
 *
 * @see https://docs.discord.com/developers/events/gateway#encoding-and-compression
 */
export type Encoding = 'json' | 'etf';

/**
 * How messages are compressed on their way to the client: not at all, some of them each on its own (`compress: true`
 * in Identify; JSON only), or all of them as one stream (`compress=zlib-stream` or `compress=zstd-stream` in the URL).
 *
 * `zstd-stream` needs Node.js 22.15 or later, or the package fzstd beside this one.
 *
 * @see https://docs.discord.com/developers/events/gateway#encoding-and-compression
 */
export type Compression = 'none' | 'payload' | 'zlib-stream' | 'zstd-stream';

export interface FrameDecoderOptions {
  /** @defaultValue `'json'` */
  readonly encoding?: Encoding;
  /** @defaultValue `'zlib-stream'` */
  readonly compression?: Compression;
  /**
   * Longest message, in bytes of its JSON text or ETF term. 1 or more. What would grow past it is given up before the memory is taken.
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
