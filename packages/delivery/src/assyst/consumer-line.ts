import type { Socket } from 'node:net';
import { MAX_WAITING } from './defaults.ts';

/** Consumers one behind the other: the first has the pipe, the others wait as in assyst's own listen backlog. */
export interface ConsumerLine {
  /** Puts a connection at the end; one too many is closed. */
  add(socket: Socket): void;
  /** Closes all. */
  close(): void;
}

/** Creates an empty line. `onFirst` hears who is first now, undefined when nobody is. */
export function createConsumerLine(onFirst: (socket: Socket | undefined) => void): ConsumerLine {
  const sockets: Socket[] = [];

  function leave(socket: Socket): void {
    const place = sockets.indexOf(socket);
    if (place === -1) return;
    sockets.splice(place, 1);
    if (place === 0) onFirst(sockets[0]);
  }

  return {
    add: (socket) => {
      // Its end is told by `close`.
      socket.on('error', () => undefined);
      if (sockets.length > MAX_WAITING) return void socket.destroy();
      sockets.push(socket);
      socket.on('close', () => leave(socket));
      // Nothing that comes from there has a meaning; reading shows when the other side has gone.
      socket.resume();
      if (sockets.length === 1) onFirst(socket);
    },
    close: () => {
      for (const socket of sockets.splice(0)) socket.destroy();
      onFirst(undefined);
    },
  };
}
