/**
 * What went wrong between the bytes and a payload.
 *
 * - `malformedPayload`: the message is no JSON object or ETF map with a valid `op`, or its `t` is neither a string nor null.
 * - `invalidUtf8`: the text is not UTF-8.
 * - `unexpectedTextFrame`: a text frame on a connection in ETF or that compresses its stream.
 * - `unexpectedBinaryFrame`: a binary frame on a connection in JSON without compression.
 * - `corruptStream`: the compressed data is damaged. On a stream the decoder is spent: reconnect with a new one.
 * - `messageTooLarge`: a limit of the decoder's options was passed. On a stream the decoder is spent.
 * - `unencodableCommand`: a command cannot be written, as with a circular `d`.
 * - `unsupported`: this build or this Node.js cannot do what was asked.
 * - `closed`: the decoder was closed.
 */
export type WireErrorCode =
  | 'malformedPayload'
  | 'invalidUtf8'
  | 'unexpectedTextFrame'
  | 'unexpectedBinaryFrame'
  | 'corruptStream'
  | 'messageTooLarge'
  | 'unencodableCommand'
  | 'unsupported'
  | 'closed';

/**
 * The only error this package throws about data; wrong arguments are a TypeError or RangeError.
 * Neither message nor cause ever quotes the data, which may hold a token.
 */
export class WireError extends Error {
  override readonly name: string = 'WireError';
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
