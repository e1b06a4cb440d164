/** Bytes of the length in front of each message on a UNIX socket: u32, big-endian. */
export const LENGTH_BYTES = 4;

/** Cuts a byte stream into messages by the length in front of each. */
export interface LengthPrefixReader {
  /** Takes bytes as they come; calls back with each message that is complete. False when a length is above the limit: nothing can be read any more. */
  push(chunk: Buffer, onMessage: (message: Buffer) => void): boolean;
}

/** Holds at most `maxMessageBytes` and one chunk, however slowly a message comes in. */
export function createLengthPrefixReader(maxMessageBytes: number): LengthPrefixReader {
  /** What has come of the message that is not complete, and how much that is. */
  let parts: Buffer[] = [];
  let held = 0;
  /** Bytes of which the next step is made: a length, or a message with its length. */
  let needed = LENGTH_BYTES;

  return {
    push(chunk, onMessage) {
      parts.push(chunk);
      held += chunk.length;
      if (held < needed) return true;
      let bytes = parts.length === 1 ? chunk : Buffer.concat(parts, held);
      while (bytes.length >= LENGTH_BYTES) {
        const length = bytes.readUInt32BE();
        if (length > maxMessageBytes) return false;
        needed = LENGTH_BYTES + length;
        if (bytes.length < needed) break;
        onMessage(bytes.subarray(LENGTH_BYTES, needed));
        bytes = bytes.subarray(needed);
        needed = LENGTH_BYTES;
      }
      parts = bytes.length === 0 ? [] : [bytes];
      held = bytes.length;
      return true;
    },
  };
}
