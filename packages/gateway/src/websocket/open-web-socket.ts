import { systemClock } from '../ports/clock.ts';
import { systemSoon } from '../ports/soon.ts';
import type { OpenSocket } from '../ports/socket.ts';
import { openClientSocket, type ClientSocketOptions } from './client-socket.ts';

const options: ClientSocketOptions = {
  limits: {
    // Before inflating. Single messages of 5.6 MB were seen.
    maxMessageBytes: 16 * 1024 * 1024,
    // Discord does not fragment; proxies may.
    maxFragments: 1024,
  },
  // The shard's own deadline is shorter; this one only makes sure that no attempt is left behind.
  handshakeTimeoutMs: 30_000,
  // The gateway gives its own closes a second; this one only makes sure that no socket is left behind.
  closeTimeoutMs: 30_000,
  clock: systemClock,
  soon: systemSoon,
};

/** The real door: a WebSocket of our own, without extensions (the protocol has its own compression). */
export const openWebSocket: OpenSocket = (url, handlers) => openClientSocket(url, handlers, options);
