/** One decompression context, fed whole messages. */
export interface InflateStream {
  /**
   * The text of the next message, in a Buffer of its own.
   *
   * @throws {@link WireError} `corruptStream`, `messageTooLarge`; either leaves the context in the middle of a message, fit only to be closed.
   */
  inflate(message: Buffer): Buffer;
  /** Frees the native memory at once. May be called again. */
  close(): void;
}
