import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { Outgoing } from './outgoing.ts';
import { CLOSE_CODES } from './protocol.ts';
import type { ConnectionListener, StreamConnection } from './stream-connection.ts';
import { TEXT_FRAME } from './text-frame.ts';

export interface WebSocketConnectionOptions {
  readonly socket: WebSocket;
  /** What the WebSocket runs on. */
  readonly stream: Duplex;
  readonly address: string;
  readonly authorized: boolean;
}

/** A reason in a close frame is 123 bytes at most. @see https://www.rfc-editor.org/rfc/rfc6455#section-5.5 */
const MOST_REASON_BYTES = 123;

/** One text message is one message. */
export function createWebSocketConnection(options: WebSocketConnectionOptions): StreamConnection {
  const { socket, stream, address, authorized } = options;
  // Frames of ours stand between those of `ws`, which are written whole, too.
  const outgoing = new Outgoing(TEXT_FRAME, (bytes, done) => {
    if (socket.readyState === socket.OPEN) stream.write(bytes, done);
    else done();
  });
  let isGathering = false;
  const connection: StreamConnection = {
    address,
    authorized,
    listener: undefined,
    send(message) {
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
    bufferedBytes: () => stream.writableLength + outgoing.bytes,
    setReading(reading) {
      if (reading) socket.resume();
      else socket.pause();
    },
    end(reason, message) {
      outgoing.flush();
      socket.close(CLOSE_CODES[reason], message.slice(0, MOST_REASON_BYTES));
    },
    destroy: () => socket.terminate(),
  };
  const tell = (): ConnectionListener | undefined => connection.listener;
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) tell()?.onBroken('badMessage', 'messages are text');
    else tell()?.onMessage(data.toString());
  });
  socket.on('error', (error) => {
    const isLarge = 'code' in error && error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
    tell()?.onBroken(
      isLarge ? 'tooLarge' : 'badMessage',
      isLarge ? 'the message is too long' : 'not a WebSocket frame',
    );
  });
  socket.on('close', () => tell()?.onClose());
  stream.on('drain', () => tell()?.onDrain());
  return connection;
}
