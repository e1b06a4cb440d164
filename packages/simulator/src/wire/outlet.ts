import { deflateSync } from 'node:zlib';
import { createDeflateStream } from './deflate-stream.ts';

/** A WebSocket message: a string is a text message, a buffer a binary one. */
export type Message = string | Buffer;

/** Turns payloads into the WebSocket messages of one connection. */
export interface Outlet {
  /** `text` is the payload's JSON. Most often one message. */
  encode(text: string): readonly Message[];
  /** A message that grows to `bytes` when decoded. */
  bomb(bytes: number): Message;
  close(): void;
}

/** Compressions of a connection's URL, and payload compression, which IDENTIFY switches on. */
export type Compression = 'none' | 'payload' | 'zlib-stream';

export interface OutletSettings {
  readonly zlibLevel: number;
  readonly splitMessages: number;
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

const plain: Outlet = {
  encode: (text) => [text],
  bomb: (bytes) => ' '.repeat(bytes),
  close: () => {},
};

function payloadOutlet(settings: OutletSettings): Outlet {
  return {
    encode: (text) => [
      text.length < PAYLOAD_COMPRESSION_FROM ? text : deflateSync(text, { level: settings.zlibLevel }),
    ],
    bomb: (bytes) => deflateSync(Buffer.alloc(bytes), { level: settings.zlibLevel }),
    close: () => {},
  };
}

function zlibStreamOutlet(settings: OutletSettings): Outlet {
  const deflate = createDeflateStream(settings.zlibLevel);
  return {
    encode: (text) => split(deflate.flush(Buffer.from(text)), settings.splitMessages),
    bomb: (bytes) => deflate.flushZeros(bytes),
    close: () => deflate.close(),
  };
}

/**
 * Makes the outlet of a connection. Encodings other than JSON and `zstd-stream` will join here: an encoder takes the
 * place of the JSON text before it is compressed.
 */
export function createOutlet(compression: Compression, settings: OutletSettings): Outlet {
  switch (compression) {
    case 'none':
      return plain;
    case 'payload':
      return payloadOutlet(settings);
    case 'zlib-stream':
      return zlibStreamOutlet(settings);
    default:
      return compression satisfies never;
  }
}
