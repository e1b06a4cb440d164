import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of a server whose answer was not yet read by the client. */
export interface LiveRequests {
  /** For the server's `connection` event. */
  watch(socket: Socket): void;
  /** Counts a request; `onEnd` is called once, when its answer was sent or its connection is gone. */
  begin(request: IncomingMessage, response: ServerResponse, onEnd: () => void): void;
  readonly size: number;
}

export function createLiveRequests(): LiveRequests {
  const bySocket = new WeakMap<Socket, Set<() => void>>();
  let size = 0;
  return {
    watch(socket) {
      const ends = new Set<() => void>();
      bySocket.set(socket, ends);
      // Of answers that wait behind another one on the same connection, Node does not say that they are gone.
      socket.on('close', () => {
        for (const end of [...ends]) end();
      });
    },
    begin({ socket }, response, onEnd) {
      const ends = bySocket.get(socket);
      let isOver = false;
      const end = (): void => {
        if (isOver) return;
        isOver = true;
        size -= 1;
        ends?.delete(end);
        onEnd();
      };
      size += 1;
      ends?.add(end);
      response.on('close', end);
    },
    get size() {
      return size;
    },
  };
}
