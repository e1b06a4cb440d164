import type { ResolvedDecoderOptions } from './decoder-options.ts';

/** Every default of this package's options. */
export const DECODER_DEFAULTS: ResolvedDecoderOptions = Object.freeze({
  encoding: 'json',
  compression: 'zlib-stream',
  maxMessageBytes: 32 * 1024 * 1024,
  maxPartialBytes: 8 * 1024 * 1024,
});
