import type { Socket } from 'node:net';
import { createLengthPrefixReader, LENGTH_BYTES } from './length-prefix.ts';
import type { StreamConnection } from './stream-connection.ts';

/** Each message is its length, four bytes, and its text. */
export function createUnixConnection(socket: Socket, address: string, maxMessageBytes: number): StreamConnection {
  const reader = createLengthPrefixReader(maxMessageBytes);
  let isEnding = false;
  const connection: StreamConnection = {
    address,
    authorized: false,
    headroom: LENGTH_BYTES,
    listener: undefined,
    send(message) {
      if (isEnding || !socket.writable) return;
      message.writeUInt32BE(message.length - LENGTH_BYTES);
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
    bufferedBytes: () => socket.writableLength,
    setReading(reading) {
      if (reading) socket.resume();
      else socket.pause();
    },
    end() {
      isEnding = true;
      socket.end();
    },
    destroy: () => socket.destroy(),
  };
  socket.on('data', (chunk: Buffer) => {
    if (isEnding) return;
    const isWhole = reader.push(chunk, (message) => connection.listener?.onMessage(message.toString()));
    if (!isWhole) connection.listener?.onBroken('tooLarge', `a message is at most ${maxMessageBytes} bytes long`);
  });
  // What happened is in the `close` that follows.
  socket.on('error', () => {});
  socket.on('close', () => connection.listener?.onClose());
  socket.on('drain', () => connection.listener?.onDrain());
  return connection;
}
