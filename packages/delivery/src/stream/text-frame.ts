import type { Framing } from './outgoing.ts';

/** FIN, and that it is text. */
const WHOLE_TEXT = 0x81;
/** In the place of a length: it follows in two bytes, or in eight. */
const [LENGTH_16, LENGTH_64] = [126, 127];
/** What nearly all messages have, so that few are moved. */
const COMMON_HEADER_BYTES = 4;

/**
 * One WebSocket frame for each message. `ws` would make two buffers for each.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-5.2
 */
export const TEXT_FRAME: Framing = {
  mostBytes: 10,
  write(message, target, at) {
    const start = at + COMMON_HEADER_BYTES;
    const length = message.write(target, start) - start;
    const headerBytes = length < LENGTH_16 ? 2 : length <= 0xff_ff ? 4 : 10;
    if (headerBytes !== COMMON_HEADER_BYTES) target.copyWithin(at + headerBytes, start, start + length);
    target[at] = WHOLE_TEXT;
    if (headerBytes === 2) {
      target[at + 1] = length;
    } else if (headerBytes === 4) {
      target[at + 1] = LENGTH_16;
      target.writeUInt16BE(length, at + 2);
    } else {
      target[at + 1] = LENGTH_64;
      target.writeUInt32BE(0, at + 2);
      target.writeUInt32BE(length, at + 6);
    }
    return at + headerBytes + length;
  },
};
