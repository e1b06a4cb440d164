import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseBaseUrl } from '../http/base-url.ts';
import { wait } from '../ports/clock.ts';
import { createDiscordCaller } from '../discord/discord-caller.ts';
import type { DiscordCaller } from '../discord/discord-caller.ts';
import { RestError } from '../rest-error.ts';
import { trace } from '../trace.ts';
import { createByteBudget } from './request-bytes.ts';
import type { RestProcess, RestProcessAddress, RestServer } from './rest-process.ts';

/** Creates the parts; opens nothing. */
export function createRestServer(maxBufferedBytes: () => number): RestServer {
  let listener: Server | undefined;
  let caller: DiscordCaller | undefined;
  let stopping: Promise<void> | undefined;

  const server: RestServer = {
    state: 'idle',
    requests: new Set(),
    bodies: createByteBudget(maxBufferedBytes),

    discord: (restProcess) => {
      caller ??= createDiscordCaller({
        apiUrl: parseBaseUrl('discordUrl', restProcess.discordUrl),
        token: () => restProcess.token,
        attemptTimeoutMs: restProcess.timeout,
        repeats: restProcess.maxRetryCount,
        globalRequestsPerSecond: restProcess.globalRequestsPerSecond,
        clock: restProcess.clock,
        random: restProcess.random,
        trace: (text, details) => trace(restProcess.debug, text, details),
      });
      return caller;
    },

    start: async (restProcess) => {
      if (server.state !== 'idle') {
        throw new RestError('closed', `a REST process is started once; this one is ${server.state}`);
      }
      server.state = 'listening';
      listener = createServer((request, response) => {
        // A client that leaves while its answer is written; without a listener that would end the process.
        response.on('error', (error) => trace(restProcess.debug, 'rest process answer failed', { error }));
        // The default handler contains its failures; a replacement's end here.
        Promise.resolve()
          .then(() => restProcess.handleRequest(restProcess, request, response))
          .catch((error: unknown) => {
            trace(restProcess.debug, 'rest process handler failed', { error });
            if (response.headersSent) response.destroy();
            else response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":"Internal error."}');
          });
      });
      try {
        return await listen(listener, restProcess.host, restProcess.port);
      } catch (error) {
        server.state = 'idle';
        throw error;
      }
    },

    stop: (restProcess) => {
      stopping ??= drain(restProcess);
      return stopping;
    },
  };

  async function drain(restProcess: RestProcess): Promise<void> {
    server.state = 'stopping';
    const { requests } = server;
    trace(restProcess.debug, 'rest process stopping', { inFlight: requests.size });
    const closed = closeListener(listener);
    const ended = new AbortController();
    void closed.then(() => ended.abort());
    await wait(restProcess.clock, restProcess.stopTimeout, ended.signal);
    for (const request of requests) request.abort(new RestError('closed', 'the REST process is stopping'));
    await caller?.close();
    // Lets the 503s reach their clients; then no client can hold the process.
    await wait(restProcess.clock, LAST_WORDS_MS, ended.signal);
    listener?.closeAllConnections();
    await closed;
    server.state = 'stopped';
  }

  return server;
}

/** Time for the answers to requests that `stop` cut short, milliseconds. */
const LAST_WORDS_MS = 250;

function listen(listener: Server, host: string, port: number): Promise<RestProcessAddress> {
  return new Promise((resolve, reject) => {
    listener.once('error', (error) => {
      reject(
        new Error(`${host}:${port} cannot be listened on (${error.message}); free the port or choose another`, {
          cause: error,
        }),
      );
    });
    listener.listen(port, host, () => {
      const { port: taken, address, family } = listener.address() as AddressInfo;
      const reachable = family === 'IPv6' ? `[${address}]` : address;
      resolve({ host, port: taken, url: `http://${reachable}:${taken}` });
    });
  });
}

/** Resolves when the last connection is closed. Idle ones are closed at once. */
function closeListener(listener: Server | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (listener === undefined || !listener.listening) {
      resolve();
      return;
    }
    listener.close(() => resolve());
    listener.closeIdleConnections();
  });
}
