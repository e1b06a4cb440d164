import type { Transport, TransportListener } from './transport-listener.ts';
import { createUnixTransport } from './unix-transport.ts';
import { createWebSocketTransport } from './websocket-transport.ts';

/** Opens a connection to `ws://…`, `wss://…`, or `unix:` with a path. */
export function openTransport(url: string, secretKey: string | undefined, listener: TransportListener): Transport {
  return url.startsWith('unix:')
    ? createUnixTransport(url.slice('unix:'.length), listener)
    : createWebSocketTransport(url, secretKey, listener);
}
