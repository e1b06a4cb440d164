import type { FrameDecoder } from '@shardgate/wire';
import type { GatewaySocket, SocketError } from '../ports/socket.ts';

/**
 * One socket and all that must die with it: its decompression context, its signs of life. A callback of an older socket finds
 * that its connection is no longer the shard's and does nothing.
 */
export interface Connection {
  readonly url: string;
  readonly decoder: FrameDecoder;
  /** Undefined until `createShard` returned it. */
  socket: GatewaySocket | undefined;
  /** A frame came in since the last heartbeat. */
  inbound: boolean;
  /** A dispatch came in since the phase's deadline was set. */
  progressed: boolean;
  /** Monotonic milliseconds since when half a message waits for its end. */
  partialSince: number | undefined;
  /** Why the socket failed, until its close says that it did. */
  error: SocketError | undefined;
  /** Heartbeats sent. */
  beats: number;
  /** Acknowledgements that came in: each tells that everything Discord sent before it has come in, too. */
  acknowledgements: number;
  /** Dispatches that came in between RESUME and RESUMED. */
  replayed: number;
}
