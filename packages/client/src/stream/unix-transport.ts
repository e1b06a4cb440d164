import { connect } from 'node:net';
import { MAX_SERVER_MESSAGE_BYTES } from './defaults.ts';
import type { Transport, TransportListener } from './transport-listener.ts';

/** Bytes of the length in front of each message: u32, big-endian. */
const LENGTH_BYTES = 4;

/** Each message is its length, four bytes, and its text. */
export function createUnixTransport(path: string, listener: TransportListener): Transport {
  const socket = connect(path);
  let problem = 'closed';
  let parts: Buffer[] = [];
  let held = 0;
  let needed = LENGTH_BYTES;

  const onData = (chunk: Buffer): void => {
    parts.push(chunk);
    held += chunk.length;
    if (held < needed) return;
    let bytes = parts.length === 1 ? chunk : Buffer.concat(parts, held);
    needed = LENGTH_BYTES;
    while (bytes.length >= LENGTH_BYTES && !socket.destroyed) {
      const length = bytes.readUInt32BE();
      if (length > MAX_SERVER_MESSAGE_BYTES) {
        problem = `the server announced a message of ${length} bytes`;
        socket.destroy();
        return;
      }
      needed = LENGTH_BYTES + length;
      if (bytes.length < needed) break;
      listener.onMessage(bytes.toString('utf8', LENGTH_BYTES, needed));
      bytes = bytes.subarray(needed);
      needed = LENGTH_BYTES;
    }
    parts = bytes.length === 0 ? [] : [bytes];
    held = bytes.length;
  };

  socket.on('connect', () => listener.onOpen());
  socket.on('data', onData);
  socket.on('error', (error) => {
    problem = error.message;
  });
  socket.on('close', () => listener.onClose(problem, false));
  return {
    send(text) {
      if (!socket.writable) return;
      const message = Buffer.allocUnsafe(LENGTH_BYTES + Buffer.byteLength(text));
      message.writeUInt32BE(message.length - LENGTH_BYTES);
      message.write(text, LENGTH_BYTES);
      socket.write(message);
    },
    together(work) {
      socket.cork();
      try {
        work();
      } finally {
        socket.uncork();
      }
    },
    end: () => socket.end(),
    destroy: () => socket.destroy(),
  };
}
