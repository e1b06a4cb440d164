import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { resolve } from 'node:path';
import { checkOptions } from '../options/check-options.ts';
import { text } from '../options/shapes.ts';
import type { Sink } from '../sink.ts';
import { listenOnSocketFile } from '../sockets/socket-file.ts';
import type { SocketFile } from '../sockets/socket-file.ts';
import { createStreamHub } from './stream-hub.ts';
import type { StreamStatus } from './stream-hub.ts';
import { hubOptions, streamShape } from './stream-options.ts';
import type { StreamOptions } from './stream-options.ts';
import { createUnixConnection } from './unix-connection.ts';

/** Options of {@link createUnixSink}. */
export interface UnixSinkOptions extends StreamOptions {
  /** Path of the socket; its folder has to exist. About 100 characters at most, as the system has it. */
  readonly path: string;
}

/** Hands events to clients that connect to a UNIX socket. */
export interface UnixSink extends Sink {
  readonly path: string;
  status(): StreamStatus;
}

const OWNER = 'createUnixSink';

/**
 * A sink that speaks the Shardgate stream protocol (docs/PROTOCOL.md) on a UNIX socket of mode 0600.
 *
 * Several clients share the lanes; what one leaves unacknowledged goes to the next.
 *
 * @throws TypeError or RangeError for a wrong option
 */
export function createUnixSink(options: UnixSinkOptions): UnixSink {
  checkOptions(OWNER, options, { ...streamShape, path: text });
  const resolved = hubOptions(OWNER, options);
  const hub = createStreamHub(resolved);
  const path = resolve(options.path);
  let server: Server | undefined;
  let file: SocketFile | undefined;

  return {
    name: options.name,
    path,
    status: hub.status,
    deliver: hub.deliver,
    forget: hub.forget,
    async open(door) {
      hub.open(door);
      const opening = createServer();
      opening.on('connection', (socket) => {
        // Whoever can open the file is this user: all count as one address.
        if (hub.crowded(path) !== undefined) socket.destroy();
        else hub.accept(createUnixConnection(socket, path, resolved.settings.maxMessageBytes));
      });
      file = await listenOnSocketFile(opening, path, resolved.settings.clock);
      opening.on('error', (error) => door.report('error', `${options.name}: ${error.message}`));
      server = opening;
    },
    async close() {
      const [closing, left] = [server, file];
      server = undefined;
      file = undefined;
      const closed = new Promise<void>((done) => (closing === undefined ? done() : closing.close(() => done())));
      await left?.remove();
      await hub.close();
      await closed;
    },
  };
}
