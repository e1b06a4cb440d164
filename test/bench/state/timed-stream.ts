/** Bytes before a message: its length, and when it was sent in milliseconds of the clock that all processes share. */
const HEAD = 12;

/** Milliseconds of a clock that is the same in every process of the machine. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export function timedMessage(message: Buffer): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(message.length, 0);
  head.writeDoubleLE(sharedNow(), 4);
  return Buffer.concat([head, message]);
}

/** Cuts what arrives into messages. */
export function createTimedReader(onMessage: (message: Buffer, sentAt: number) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (bytes.length - at >= HEAD) {
      const end = at + HEAD + bytes.readUInt32LE(at);
      if (end > bytes.length) break;
      onMessage(bytes.subarray(at + HEAD, end), bytes.readDoubleLE(at + 4));
      at = end;
    }
    rest = bytes.subarray(at);
  };
}
