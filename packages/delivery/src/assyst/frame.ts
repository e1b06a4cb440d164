const LENGTH_BYTES = 4;

/** A payload as assyst's pipe has it: its length in bytes as an unsigned 32-bit number, big-endian, then the JSON text. In pieces to be joined. */
export function frame(payload: Buffer): [length: Buffer, payload: Buffer] {
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt32BE(payload.length);
  return [length, payload];
}
