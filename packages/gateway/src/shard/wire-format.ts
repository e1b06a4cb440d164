import { createFrameDecoder, type Compression, type FrameDecoder } from '@shardgate/wire';
import type { GatewayState } from '../gateway-state.ts';

type WireOptions = Pick<GatewayState, 'encoding' | 'compression' | 'compress' | 'maxMessageBytes'>;

/** The compression of a connection, the older switch `compress` taken into account. */
export function compressionOf(gateway: WireOptions): Compression {
  return gateway.compress && gateway.compression === 'none' ? 'payload' : gateway.compression;
}

/** A decoder for one connection. */
export function openDecoder(gateway: WireOptions): FrameDecoder {
  const { encoding, maxMessageBytes } = gateway;
  return createFrameDecoder({ encoding, compression: compressionOf(gateway), maxMessageBytes });
}

/**
 * Finds out at once what would only show on the first connection.
 *
 * @throws {TypeError} for an encoding that does not go with the compression
 * @throws {WireError} `unsupported` where this Node.js cannot inflate the stream
 */
export function checkWireFormat(gateway: WireOptions): void {
  openDecoder(gateway).close();
}
