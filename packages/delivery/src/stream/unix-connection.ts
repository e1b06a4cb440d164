import type { Socket } from 'node:net';
import { createLengthPrefixReader, LENGTH_BYTES } from './length-prefix.ts';
import { Outgoing, type Framing } from './outgoing.ts';
import type { StreamConnection } from './stream-connection.ts';

const LENGTH_PREFIX: Framing = {
  mostBytes: LENGTH_BYTES,
  write(message, target, at) {
    const start = at + LENGTH_BYTES;
    const end = message.write(target, start);
    target.writeUInt32BE(end - start, at);
    return end;
  },
};

/** Each message is its length, four bytes, and its text. */
export function createUnixConnection(socket: Socket, address: string, maxMessageBytes: number): StreamConnection {
  const reader = createLengthPrefixReader(maxMessageBytes);
  const outgoing = new Outgoing(LENGTH_PREFIX, (bytes, done) => {
    if (socket.writable) socket.write(bytes, done);
    else done();
  });
  let isEnding = false;
  let isGathering = false;
  const connection: StreamConnection = {
    address,
    authorized: false,
    listener: undefined,
    send(message) {
      if (isEnding) return;
      outgoing.add(message);
      if (!isGathering) outgoing.flush();
    },
    together(work) {
      isGathering = true;
      try {
        work();
      } finally {
        isGathering = false;
        outgoing.flush();
      }
    },
    bufferedBytes: () => socket.writableLength + outgoing.bytes,
    setReading(reading) {
      if (reading) socket.resume();
      else socket.pause();
    },
    end() {
      isEnding = true;
      outgoing.flush();
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
