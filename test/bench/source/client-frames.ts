/** One message of a client. */
export interface ClientFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Reads the masked frames of one client. What clients send to a gateway is small and never split. */
export function createClientFrameReader(): (chunk: Buffer) => ClientFrame[] {
  let waiting: Buffer = Buffer.alloc(0);
  return (chunk) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    const frames: ClientFrame[] = [];
    for (let frame = next(waiting); frame !== undefined; frame = next(waiting)) {
      frames.push(frame);
      waiting = waiting.subarray(frame.size);
    }
    return frames;
  };
}

function next(bytes: Buffer): (ClientFrame & { readonly size: number }) | undefined {
  if (bytes.length < 6) return undefined;
  const [first = 0, second = 0] = bytes;
  let length = second & 0x7f;
  let at = 2;
  if (length === 126) {
    length = bytes.readUInt16BE(2);
    at = 4;
  } else if (length === 127) throw new Error('a client sent a frame of more than 64 KiB');
  const size = at + 4 + length;
  if (bytes.length < size) return undefined;
  const mask = bytes.subarray(at, at + 4);
  const payload = Buffer.from(bytes.subarray(at + 4, size));
  for (let index = 0; index < length; index++) payload[index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0);
  return { opcode: first & 0x0f, payload, size };
}
