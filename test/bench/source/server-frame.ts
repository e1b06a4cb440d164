const TEXT = 0x81;
const BINARY = 0x82;

/** A whole message as one unmasked WebSocket frame, as servers send it. https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
export function serverFrame(message: Buffer, binary: boolean): Buffer {
  const first = binary ? BINARY : TEXT;
  const { length } = message;
  if (length < 126) return Buffer.concat([Buffer.of(first, length), message]);
  if (length < 0x10000) return Buffer.concat([Buffer.of(first, 126, length >>> 8, length & 0xff), message]);
  const head = Buffer.alloc(10);
  head.set([first, 127]);
  head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, message]);
}
