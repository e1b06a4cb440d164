import { createRequire } from 'node:module';
import { constants, createInflate } from 'node:zlib';
import { WebSocket } from 'ws';
import { INTENTS, Refusal, runSubject, TOKEN } from './subject.ts';

/**
 * The least that a program can do: `ws`, zlib-sync, and `Buffer.indexOf` for `t`, `s` and `op`. It does not parse `d`, checks nothing
 * and keeps no books but the last sequence number, which its heartbeats carry.
 */
type Inflate = (frame: Buffer) => Buffer;

interface ZlibSync {
  readonly Z_SYNC_FLUSH: number;
  readonly Inflate: new (options: { chunkSize: number }) => {
    readonly err: number;
    readonly result: Buffer;
    push(bytes: Buffer, flush: number): void;
  };
}

const T = Buffer.from('"t":"');
const S = Buffer.from('"s":');
const OP = Buffer.from('"op":');
const QUOTE = 0x22;

function numberAt(bytes: Buffer, at: number): number {
  let value = 0;
  for (let index = at; ; index++) {
    const digit = (bytes[index] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return value;
    value = value * 10 + digit;
  }
}

function zlibSync(): ZlibSync | undefined {
  try {
    return createRequire(import.meta.url)('zlib-sync') as ZlibSync;
  } catch {
    return undefined;
  }
}

/** zlib-sync where it could be built, else what the package fast-zlib does with node:zlib. */
function createInflater(): Inflate {
  const native = zlibSync();
  if (native !== undefined) {
    const inflate = new native.Inflate({ chunkSize: 65_535 });
    return (frame) => {
      inflate.push(frame, native.Z_SYNC_FLUSH);
      if (inflate.err < 0) throw new Error(`zlib-sync: ${inflate.err}`);
      return inflate.result;
    };
  }
  const stream = createInflate() as unknown as {
    _processChunk(bytes: Buffer, flush: number): Buffer;
    _handle: { close(): void };
    close(): void;
    removeAllListeners(event: 'error'): void;
  };
  const handle = stream._handle;
  // _processChunk closes the stream behind itself, and leaves a listener.
  stream.close = handle.close = () => undefined;
  return (frame) => {
    const bytes = stream._processChunk(frame, constants.Z_SYNC_FLUSH);
    stream._handle = handle;
    stream.removeAllListeners('error');
    return bytes;
  };
}

runSubject((options, onEvent) => {
  const { gatewayUrl, compression, encoding, shards } = options;
  if (encoding !== 'json' || compression === 'zstd-stream')
    throw new Refusal('the floor is defined for JSON without zstd');
  for (let shard = 0; shard < shards; shard++) connect(shard);

  function connect(shard: number): void {
    const query = compression === 'none' ? '' : `&compress=${compression}`;
    const socket = new WebSocket(`${gatewayUrl}/?v=10&encoding=json${query}`, { perMessageDeflate: false });
    const inflate = compression === 'none' ? (frame: Buffer) => frame : createInflater();
    let sequence: number | null = null;
    socket.on('message', (frame: Buffer) => {
      const bytes = inflate(frame);
      const op = numberAt(bytes, bytes.indexOf(OP) + OP.length);
      if (op === 0) {
        sequence = numberAt(bytes, bytes.indexOf(S) + S.length);
        const start = bytes.indexOf(T) + T.length;
        onEvent(bytes.toString('latin1', start, bytes.indexOf(QUOTE, start)));
      } else if (op === 10) {
        const { d } = JSON.parse(bytes.toString()) as { d: { heartbeat_interval: number } };
        setInterval(() => socket.send(JSON.stringify({ op: 1, d: sequence })), d.heartbeat_interval);
        const identify = { token: TOKEN, intents: INTENTS, properties: {}, shard: [shard, shards] };
        socket.send(JSON.stringify({ op: 2, d: identify }));
      }
    });
    socket.on('close', () => process.exit(1));
  }
});
