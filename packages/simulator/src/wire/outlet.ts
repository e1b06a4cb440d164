import { deflateSync } from 'node:zlib';
import { createDeflateStream } from './deflate-stream.ts';
import type { Encoding } from './frame-writer.ts';
import { createZstdFrames, createZstdStream } from './zstd-stream.ts';

/** A WebSocket message: a string is a text message, a buffer a binary one. */
export type Message = string | Buffer;

/** Turns payloads into the WebSocket messages of one connection. */
export interface Outlet {
  /** `payload` is JSON text, or a term in ETF. Most often one message. */
  encode(payload: Message): readonly Message[];
  /** A message that grows to `bytes` when decoded. */
  bomb(bytes: number): Message;
  /** Where one changed byte of a binary message is noticed: at its start, when one in the middle may be a letter of a text. */
  readonly weakSpot: 'start' | 'middle';
  close(): void;
}

/** Compressions of a connection's URL, and payload compression, which IDENTIFY switches on. */
export type Compression = 'none' | 'payload' | 'zlib-stream' | 'zstd-stream';

export interface OutletSettings {
  readonly zlibLevel: number;
  readonly splitMessages: number;
  readonly zstdFrames: 'continuous' | 'separate';
}

/** Payloads shorter than this stay plain under payload compression: "some messages only" is all that is documented. */
const PAYLOAD_COMPRESSION_FROM = 1_000;

/** The same bytes in `count` parts as even as can be; fewer when there are not enough bytes. */
function split(bytes: Buffer, count: number): Buffer[] {
  if (count <= 1 || bytes.length < count) return [bytes];
  const size = Math.ceil(bytes.length / count);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

function bytesOf(payload: Message): Buffer {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}

function plainOutlet(encoding: Encoding): Outlet {
  return {
    encode: (payload) => [payload],
    bomb: (bytes) => (encoding === 'json' ? ' '.repeat(bytes) : Buffer.alloc(bytes)),
    weakSpot: 'start',
    close: () => {},
  };
}

function payloadOutlet(settings: OutletSettings): Outlet {
  return {
    encode: (payload) => [
      payload.length < PAYLOAD_COMPRESSION_FROM ? payload : deflateSync(payload, { level: settings.zlibLevel }),
    ],
    bomb: (bytes) => deflateSync(Buffer.alloc(bytes), { level: settings.zlibLevel }),
    weakSpot: 'middle',
    close: () => {},
  };
}

function zlibStreamOutlet(settings: OutletSettings): Outlet {
  const deflate = createDeflateStream(settings.zlibLevel);
  return {
    encode: (payload) => split(deflate.flush(bytesOf(payload)), settings.splitMessages),
    bomb: (bytes) => deflate.flushZeros(bytes),
    weakSpot: 'middle',
    close: () => deflate.close(),
  };
}

/** One payload is one message: zstd has no flush mark by which parts could be told from a whole. */
function zstdStreamOutlet(settings: OutletSettings): Outlet {
  const zstd = settings.zstdFrames === 'continuous' ? createZstdStream() : createZstdFrames();
  return {
    encode: (payload) => [zstd.flush(bytesOf(payload))],
    bomb: (bytes) => zstd.flushZeros(bytes),
    weakSpot: 'start',
    close: () => zstd.close(),
  };
}

/** Makes the outlet of a connection. */
export function createOutlet(compression: Compression, encoding: Encoding, settings: OutletSettings): Outlet {
  switch (compression) {
    case 'none':
      return plainOutlet(encoding);
    case 'payload':
      return payloadOutlet(settings);
    case 'zlib-stream':
      return zlibStreamOutlet(settings);
    case 'zstd-stream':
      return zstdStreamOutlet(settings);
    default:
      return compression satisfies never;
  }
}
