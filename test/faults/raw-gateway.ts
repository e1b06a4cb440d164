import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { constants, createDeflate } from 'node:zlib';

/** How the server cuts its messages: frames a message, and what it puts between two of them. */
export interface RawGatewayOptions {
  readonly compression: 'none' | 'zlib-stream';
  /** Frames a message is cut into: one with FIN 0, then continuation frames. */
  readonly frames: number;
  /** A ping between two frames of one message, which RFC 6455 allows. */
  readonly pings: boolean;
}

export interface RawGateway {
  readonly url: string;
  /** Ops the client sent, oldest first. */
  readonly ops: number[];
  /** Pings of ours that the client answered. */
  readonly pongs: () => number;
  /** Sends a payload to the client. */
  send(payload: object): Promise<void>;
  close(): Promise<void>;
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
const Frame = { continuation: 0, text: 1, binary: 2, ping: 9, pong: 10 } as const;
/** https://www.rfc-editor.org/rfc/rfc6455#section-1.3 */
const HANDSHAKE_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

function frame(opcode: number, payload: Buffer, fin: boolean): Buffer {
  const first = (fin ? 0x80 : 0) | opcode;
  if (payload.length < 126) return Buffer.concat([Buffer.from([first, payload.length]), payload]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(payload.length);
  return Buffer.concat([Buffer.from([first, 126]), length, payload]);
}

/** Takes whole client frames off the front of `bytes`: masked, and short enough for a 16-bit length. */
function readFrames(bytes: Buffer, onFrame: (opcode: number, payload: Buffer) => void): Buffer {
  let rest = bytes;
  for (;;) {
    const short = (rest[1] ?? 0) & 0x7f;
    const start = short === 126 ? 4 : 2;
    if (rest.length < start + 4) return rest;
    const length = short === 126 ? rest.readUInt16BE(2) : short;
    const end = start + 4 + length;
    if (rest.length < end) return rest;
    const mask = rest.subarray(start, start + 4);
    const payload = Buffer.from(rest.subarray(start + 4, end).map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
    onFrame((rest[0] ?? 0) & 0x0f, payload);
    rest = rest.subarray(end);
  }
}

/** A WebSocket server by hand, for one client: greets it with HELLO and leaves the rest to the test. */
export async function startRawGateway(options: RawGatewayOptions): Promise<RawGateway> {
  const deflate = createDeflate();
  const ops: number[] = [];
  let pongs = 0;
  let client: Socket | undefined;

  async function encode(text: string): Promise<Buffer> {
    if (options.compression === 'none') return Buffer.from(text);
    const chunks: Buffer[] = [];
    const collect = (chunk: Buffer): void => void chunks.push(chunk);
    deflate.on('data', collect);
    deflate.write(text);
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, resolve));
    deflate.off('data', collect);
    return Buffer.concat(chunks);
  }

  async function send(payload: object): Promise<void> {
    const message = await encode(JSON.stringify(payload));
    const size = Math.ceil(message.length / options.frames);
    for (let index = 0; index < options.frames; index++) {
      const first = options.compression === 'none' ? Frame.text : Frame.binary;
      const part = message.subarray(index * size, (index + 1) * size);
      client?.write(frame(index === 0 ? first : Frame.continuation, part, index === options.frames - 1));
      if (options.pings) client?.write(frame(Frame.ping, Buffer.from('tide'), true));
    }
  }

  const server = createServer((socket) => {
    client = socket;
    let unread: Buffer = Buffer.alloc(0);
    let isUpgraded = false;
    socket.on('error', () => {});
    socket.on('data', (data) => {
      unread = Buffer.concat([unread, data]);
      if (!isUpgraded) {
        const end = unread.indexOf('\r\n\r\n');
        if (end < 0) return;
        const key = /^sec-websocket-key: *(\S+)/im.exec(unread.subarray(0, end).toString())?.[1] ?? '';
        const accept = createHash('sha1')
          .update(key + HANDSHAKE_GUID)
          .digest('base64');
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
        );
        isUpgraded = true;
        unread = unread.subarray(end + 4);
        void send({ t: null, s: null, op: 10, d: { heartbeat_interval: 41_250 } });
      }
      unread = readFrames(unread, (opcode, payload) => {
        if (opcode === Frame.pong) pongs += 1;
        else if (opcode === Frame.text) ops.push((JSON.parse(payload.toString()) as { op: number }).op);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ops,
    pongs: () => pongs,
    send,
    async close() {
      client?.destroy();
      deflate.close();
      server.close();
      await once(server, 'close');
    },
  };
}
