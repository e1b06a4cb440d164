import type { Metadata, Server } from '@grpc/grpc-js';
import { CLOSE_WITHIN_MS, MAX_MESSAGE_BYTES } from './defaults.ts';
import type { Grpc } from './grpc-library.ts';
import type { GrpcListenSettings } from './server-options.ts';

/** Where a server listens. */
export interface GrpcAddress {
  readonly host: string;
  readonly port: number;
}

/** A server that listens. */
export interface Listener {
  readonly address: GrpcAddress;
  /** Lets calls that have ended deliver their last words, for a moment, and cuts the rest. */
  close(): Promise<void>;
}

/**
 * Listens with the services that `serve` adds.
 *
 * @throws {Error} the address is in use, or the certificate is none
 */
export async function listen(
  grpc: Grpc,
  { host, port, tls, keepaliveMs, clock }: GrpcListenSettings,
  serve: (server: Server) => void,
): Promise<Listener> {
  const server = new grpc.Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.keepalive_time_ms': keepaliveMs,
    'grpc.keepalive_timeout_ms': keepaliveMs,
  });
  serve(server);
  const credentials =
    tls === undefined
      ? grpc.ServerCredentials.createInsecure()
      : grpc.ServerCredentials.createSsl(
          tls.ca === undefined ? null : Buffer.from(tls.ca),
          [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }],
          tls.ca !== undefined,
        );
  const name = host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host;
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${name}:${port}`, credentials, (error, found) =>
      error === null ? resolve(found) : reject(error),
    );
  });
  return {
    address: { host, port: bound },
    close: () =>
      new Promise((resolve) => {
        const timer = clock.setTimer(() => {
          server.forceShutdown();
          resolve();
        }, CLOSE_WITHIN_MS);
        server.tryShutdown(() => {
          clock.clearTimer(timer);
          resolve();
        });
      }),
  };
}

/** The first value of a name in a call's metadata, as text. */
export function metadataText(metadata: Metadata, name: string): string | undefined {
  const [value] = metadata.get(name);
  return typeof value === 'string' ? value : undefined;
}
