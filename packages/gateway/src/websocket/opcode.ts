/** What a frame is for. https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
export const Opcode = {
  Continuation: 0x0,
  Text: 0x1,
  Binary: 0x2,
  Close: 0x8,
  Ping: 0x9,
  Pong: 0xa,
} as const;

/** In a frame's first byte: it ends its message. */
export const FIN = 0x80;
/** In a frame's second byte: the payload is masked. */
export const MASKED = 0x80;
/** In a frame's second byte: the length follows in two bytes, or in eight. */
export const LENGTH_IN_2 = 126;
export const LENGTH_IN_8 = 127;
/** The most that a ping, a pong or a close frame carries. */
export const MAX_CONTROL_BYTES = 125;
