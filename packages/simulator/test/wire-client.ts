import { createFrameDecoder, encodeCommand } from '@shardgate/wire';
import type { Compression, Encoding, GatewayCommand, Payload } from '@shardgate/wire';
import type { Bed } from './bed.ts';

/** How a connection is written and compressed. */
export interface Way {
  readonly encoding: Encoding;
  readonly compression: Exclude<Compression, 'payload'>;
}

const COMPRESSIONS = ['none', 'zlib-stream', 'zstd-stream'] as const;

export const WAYS: readonly Way[] = (['json', 'etf'] as const).flatMap((encoding) =>
  COMPRESSIONS.map((compression) => ({ encoding, compression })),
);

export function queryOf({ encoding, compression }: Way): string {
  return `/?v=10&encoding=${encoding}${compression === 'none' ? '' : `&compress=${compression}`}`;
}

/** What a client heard. */
export interface Heard {
  readonly frames: { readonly bytes: Buffer; readonly isBinary: boolean }[];
  readonly payloads: Payload[];
  /** What the decoder threw. */
  readonly failures: unknown[];
  readonly closes: number[];
}

/** Decodes what comes on one connection. */
export interface Ear extends Heard {
  hear(bytes: Buffer, isBinary: boolean): void;
}

export function createEar(way: Way): Ear {
  const decoder = createFrameDecoder(way);
  const heard: Heard = { frames: [], payloads: [], failures: [], closes: [] };
  return {
    ...heard,
    hear(bytes, isBinary) {
      heard.frames.push({ bytes, isBinary });
      try {
        const payload = decoder.push(bytes, isBinary);
        // What is not read is not checked.
        void payload?.d;
        if (payload !== undefined) heard.payloads.push(payload);
      } catch (error) {
        heard.failures.push(error);
      }
    },
  };
}

export function identify(overrides: object = {}): GatewayCommand {
  return { op: 2, d: { token: 'Bot abc', properties: {}, intents: 33_281, shard: [0, 1], ...overrides } };
}

/** A client in memory that speaks any way. */
export interface WireClient extends Heard {
  send(command: GatewayCommand): void;
  sendRaw(data: string | Buffer): void;
}

/** Opens a connection that has had its HELLO. */
export function dialInMemory(bed: Bed, way: Way): WireClient {
  const ear = createEar(way);
  const socket = bed.simulator.openSocket(bed.simulator.addresses.main + queryOf(way), {
    onOpen() {},
    onMessage: ear.hear,
    onClose: (code) => ear.closes.push(code),
    onError() {},
  });
  bed.until(() => ear.payloads.length === 1);
  return {
    ...ear,
    send: (command) => socket.send(encodeCommand(command, way.encoding)),
    sendRaw: (data) => socket.send(data),
  };
}

/** The same, with its READY. */
export function readyInMemory(bed: Bed, way: Way): WireClient {
  const client = dialInMemory(bed, way);
  client.send(identify());
  bed.until(() => client.payloads.some(({ t }) => t === 'READY'));
  return client;
}
