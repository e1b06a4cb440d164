import { randomFillSync } from 'node:crypto';
import { CloseStatus, isCloseStatus } from './close-status.ts';
import { FIN, LENGTH_IN_2, LENGTH_IN_8, MASKED, MAX_CONTROL_BYTES, Opcode } from './opcode.ts';

const MASK_BYTES = 4;
/** Longest reason of a close frame: its code takes two bytes. */
const MAX_REASON_BYTES = MAX_CONTROL_BYTES - 2;

/** Random bytes for masks, drawn for many frames at once. */
const masks = Buffer.alloc(2048 * MASK_BYTES);
let masksUsed = masks.length;

/** A message in one frame, masked as a client must: a string as text, bytes as binary. https://www.rfc-editor.org/rfc/rfc6455#section-5.3 */
export function messageFrame(data: string | Buffer): Buffer {
  return typeof data === 'string' ? frame(Opcode.Text, data) : frame(Opcode.Binary, data);
}

/** The answer to a ping. */
export function pongFrame(data: Buffer): Buffer {
  return frame(Opcode.Pong, data);
}

/**
 * A close frame; 1005 is one without a code.
 *
 * @throws {RangeError} for a code that must not be sent, or a reason of more than 123 bytes
 */
export function closeFrame(code: number, reason: string): Buffer {
  if (code === CloseStatus.None) return frame(Opcode.Close, '');
  if (!isCloseStatus(code))
    throw new RangeError(`close code ${code} must not be sent; use 1000 to 1014 (not 1004 to 1006) or 3000 to 4999`);
  const payload = Buffer.from(`\0\0${reason}`);
  if (payload.length > MAX_CONTROL_BYTES)
    throw new RangeError(`a close reason of ${payload.length - 2} bytes is too long; use ${MAX_REASON_BYTES} at most`);
  payload.writeUInt16BE(code, 0);
  return frame(Opcode.Close, payload);
}

function frame(opcode: number, payload: string | Buffer): Buffer {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  const lengthBytes = length < LENGTH_IN_2 ? 0 : length < 2 ** 16 ? 2 : 8;
  const maskAt = 2 + lengthBytes;
  const start = maskAt + MASK_BYTES;
  const bytes = Buffer.allocUnsafe(start + length);
  bytes[0] = FIN | opcode;
  bytes[1] = MASKED | (lengthBytes === 0 ? length : lengthBytes === 2 ? LENGTH_IN_2 : LENGTH_IN_8);
  if (lengthBytes === 2) bytes.writeUInt16BE(length, 2);
  else if (lengthBytes === 8) bytes.writeBigUInt64BE(BigInt(length), 2);
  writeMask(bytes, maskAt);
  if (typeof payload === 'string') bytes.write(payload, start);
  else bytes.set(payload, start);
  for (let index = 0; index < length; index++)
    bytes[start + index] = (bytes[start + index] as number) ^ (bytes[maskAt + (index & 3)] as number);
  return bytes;
}

function writeMask(bytes: Buffer, at: number): void {
  if (masksUsed === masks.length) {
    randomFillSync(masks);
    masksUsed = 0;
  }
  masks.copy(bytes, at, masksUsed, (masksUsed += MASK_BYTES));
}
