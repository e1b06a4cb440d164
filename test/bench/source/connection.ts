import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { decodeEtf } from '@shardgate/wire';
import { createClientFrameReader } from './client-frames.ts';
import type { PreparedStream } from './stream.ts';

const HELLO_AND_READY = 2;
const HELLO_DELAY_MS = 20;
/** Who opens a thousand connections at once comes late to read each. */
const HELLO_DELAY_PER_SHARD_MS = 2;
const CHUNK_BYTES = 64 * 1024;

/** A client that may be sent its shard's stream, part by part. */
export interface Connection {
  readonly identified: boolean;
  /** Whether the client's side has room. */
  readonly writable: boolean;
  /** Writes one event as a packet of its own; false at the end of the stream. */
  sendOne(): void;
  /** Writes so many events, as fast as the client takes them. */
  sendMany(events: number): Promise<void>;
}

/** Answers the handshake, sends HELLO, and READY after IDENTIFY. https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2 */
export function acceptConnection(
  request: IncomingMessage,
  socket: Duplex,
  streams: readonly PreparedStream[],
): Connection {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  // HELLO is the same for all; whose stream goes on is known when the client has identified.
  let stream = streams[0] as PreparedStream;
  let next = 0;
  let identified = false;

  const send = (frames: number): boolean => {
    const start = stream.ends[next - 1] ?? 0;
    next = Math.min(next + frames, stream.ends.length);
    return socket.write(stream.bytes.subarray(start, stream.ends[next - 1] ?? 0));
  };
  const framesOfChunk = (most: number): number => {
    const start = stream.ends[next - 1] ?? 0;
    let frames = 1;
    while (frames < most && (stream.ends[next + frames] ?? Infinity) - start <= CHUNK_BYTES) frames++;
    return frames;
  };

  const read = createClientFrameReader();
  socket.on('data', (chunk: Buffer) => {
    for (const { opcode, payload } of read(chunk)) {
      if (opcode === 8) socket.end();
      if (opcode > 2) continue;
      const message = (opcode === 2 ? decodeEtf(payload) : JSON.parse(payload.toString())) as {
        op: number;
        d: { shard?: [number, number] };
      };
      if (message.op !== 2 || identified) continue;
      const shard = message.d.shard?.[0] ?? 0;
      const own = streams[shard];
      if (own === undefined) throw new Error(`a client identified as shard ${shard}, which has no stream`);
      stream = own;
      identified = true;
      send(1);
    }
  });
  socket.on('error', () => socket.destroy());
  // Sockets of an HTTP server stay half open.
  socket.on('end', () => socket.destroy());
  // Discord's HELLO is never in one packet with its handshake, and cloudstorm drops what is.
  setTimeout(() => send(1), HELLO_DELAY_MS + HELLO_DELAY_PER_SHARD_MS * streams.length);

  return {
    get identified() {
      return identified;
    },
    get writable() {
      return !socket.writableNeedDrain;
    },
    sendOne: () => void send(1),
    async sendMany(events) {
      const end = next + events;
      if (next < HELLO_AND_READY || end > stream.ends.length) throw new Error('the stream has no such events');
      while (next < end && !socket.destroyed) {
        if (send(framesOfChunk(end - next))) continue;
        await new Promise<void>((resolve) => {
          const go = (): void => {
            socket.off('drain', go);
            socket.off('close', go);
            resolve();
          };
          socket.on('drain', go);
          socket.on('close', go);
        });
      }
    },
  };
}
