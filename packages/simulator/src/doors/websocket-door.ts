import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Admission, DoorName, Inlet, Peer } from './peer.ts';

/** What the WebSocket door needs of the simulator. */
export interface WebSocketDoorOptions {
  readonly admit: (door: DoorName) => Admission;
  readonly open: (options: { readonly door: DoorName; readonly url: string; readonly peer: Peer }) => Inlet;
}

/** Larger than any message a client may send, so that the core sees it and answers with 4002 instead of `ws` with 1009. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

function peerOf(webSocket: WebSocket, socket: Socket): Peer {
  return {
    send: (message) => {
      if (webSocket.readyState === webSocket.OPEN) webSocket.send(message);
    },
    close: (code, reason) => {
      // 1006 and the like cannot be sent; the nearest thing is to send nothing.
      const isSendable = (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || code >= 3000;
      if (isSendable) webSocket.close(code, reason);
      else socket.destroy();
    },
    drop: () => socket.destroySoon(),
    reset: () => {
      socket.resetAndDestroy();
    },
    pauseReading: () => webSocket.pause(),
    resumeReading: () => webSocket.resume(),
    bufferedBytes: () => webSocket.bufferedAmount,
  };
}

function refuse(socket: Duplex, admission: Exclude<Admission, { readonly kind: 'open' }>): void {
  switch (admission.kind) {
    case 'refuse':
      // The listener serves other connections as well: a reset is the nearest to nobody listening.
      if ('resetAndDestroy' in socket) (socket as Socket).resetAndDestroy();
      else socket.destroy();
      break;
    case 'status': {
      const retryAfter =
        admission.retryAfterMs === undefined ? '' : `Retry-After: ${Math.ceil(admission.retryAfterMs / 1_000)}\r\n`;
      socket.end(
        `HTTP/1.1 ${admission.status} ${STATUS_CODES[admission.status] ?? 'Error'}\r\nConnection: close\r\nContent-Length: 0\r\n${retryAfter}\r\n`,
      );
      break;
    }
    case 'black-hole':
      break;
    default:
      admission satisfies never;
  }
}

/** Lets clients reach the gateway through an HTTP server. Returns a function that ends every connection. */
export function attachWebSocketDoor(server: Server, door: DoorName, options: WebSocketDoorOptions): () => void {
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES });
  const sockets = new Set<Duplex>();

  function connected(webSocket: WebSocket, socket: Socket, request: IncomingMessage): void {
    const inlet = options.open({ door, url: request.url ?? '/', peer: peerOf(webSocket, socket) });
    webSocket.on('message', (data: Buffer, isBinary) => inlet.receive(data, isBinary));
    webSocket.on('close', (code) => inlet.closed(code));
    // A close follows each error.
    webSocket.on('error', () => {});
  }

  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    const admission = options.admit(door);
    if (admission.kind !== 'open') {
      refuse(socket, admission);
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket) => connected(webSocket, socket, request));
  });

  return () => {
    for (const socket of sockets) socket.destroy();
  };
}
