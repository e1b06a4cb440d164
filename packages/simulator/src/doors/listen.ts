import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkOptions, integerFrom, text } from '../option-check.ts';
import type { Controlled } from './control-api.ts';
import { createHttpApi } from './http-api.ts';
import type { DoorName } from './peer.ts';
import type { RestAnswer, RestRequest } from './rest.ts';
import { attachWebSocketDoor } from './websocket-door.ts';
import type { WebSocketDoorOptions } from './websocket-door.ts';

export interface ListenOptions {
  /** Port of the API and the gateway. @defaultValue 0: a free one */
  readonly port?: number;
  /** Port of the resume gateway. @defaultValue 0: a free one */
  readonly resumePort?: number;
  /** Address to listen on. @defaultValue `'127.0.0.1'` */
  readonly host?: string;
}

export interface Listening {
  /** Base of Discord's API, `http://…/api`. */
  readonly apiUrl: string;
  /** Base of the control API, `http://…/simulator`. */
  readonly controlUrl: string;
  readonly gatewayUrl: string;
  readonly resumeUrl: string;
  /** Stops listening and ends every connection, then resolves. The addresses are those of before again. */
  close(): Promise<void>;
}

/** What listening needs of a simulator. */
export interface Listenable extends Controlled {
  readonly gateway: WebSocketDoorOptions;
  readonly addresses: { main: string; resume: string };
  fetch(request: RestRequest): Promise<RestAnswer>;
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** `host:port` as it stands in a URL. */
function authority(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * Lets real clients reach a simulator: one port for the API, the control API and the gateway, one for the resume
 * gateway. READY and `/gateway/bot` name these addresses from now on.
 *
 * @throws {TypeError | RangeError} for wrong options; rejects when a port cannot be had
 */
export async function listen(simulator: Listenable, options: ListenOptions = {}): Promise<Listening> {
  checkOptions('listen', options, { port: integerFrom(0, 65_535), resumePort: integerFrom(0, 65_535), host: text });
  const { port = 0, resumePort = 0, host = '127.0.0.1' } = options;
  const main = createHttpApi({ controlled: simulator, fetch: (request) => simulator.fetch(request) });
  const resume = createServer((_request, response) => {
    response.writeHead(426, { connection: 'close' }).end();
  });
  const attach = (server: Server, door: DoorName): (() => void) => attachWebSocketDoor(server, door, simulator.gateway);
  const disconnect = [attach(main, 'main'), attach(resume, 'resume')];
  try {
    await listening(main, port, host);
    await listening(resume, resumePort, host);
  } catch (error) {
    await Promise.all([closed(main), closed(resume)]);
    throw error;
  }
  const gatewayUrl = `ws://${authority(main)}`;
  const resumeUrl = `ws://${authority(resume)}`;
  const before = { ...simulator.addresses };
  simulator.addresses.main = gatewayUrl;
  simulator.addresses.resume = resumeUrl;
  return {
    apiUrl: `http://${authority(main)}/api`,
    controlUrl: `http://${authority(main)}/simulator`,
    gatewayUrl,
    resumeUrl,
    async close() {
      Object.assign(simulator.addresses, before);
      for (const end of disconnect) end();
      await Promise.all([closed(main), closed(resume)]);
    },
  };
}
