import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP connection's way through a machine in between that can do anything to it. */
export interface TcpProxy {
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Lets so many more bytes of the server through, then ends the newest connection on both sides: with RST, or with FIN. */
  cutAfter(bytes: number, how: 'reset' | 'end'): void;
  /** From now on nothing of the server arrives on the connections there are. Nobody is told. */
  silenceServer(): void;
  /** Puts bytes into what the server sends on the newest connection. */
  inject(bytes: Buffer): void;
  close(): Promise<void>;
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  silent: boolean;
  cut: { left: number; readonly how: 'reset' | 'end' } | undefined;
}

/** Listens on a free port of 127.0.0.1 and passes everything on to `targetPort` there. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const links = new Set<Link>();
  let accepted = 0;
  let newest: Link | undefined;

  const cut = (link: Link, how: 'reset' | 'end'): void => {
    if (how === 'reset') link.client.resetAndDestroy();
    else link.client.end();
    link.server.destroy();
  };

  const fromServer = (link: Link, chunk: Buffer): void => {
    if (link.silent) return;
    const limit = link.cut;
    if (limit === undefined || chunk.length < limit.left) {
      if (limit !== undefined) limit.left -= chunk.length;
      link.client.write(chunk);
      return;
    }
    link.silent = true;
    // The bytes go out before the end does, even before a reset.
    link.client.write(chunk.subarray(0, limit.left), () => cut(link, limit.how));
  };

  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    const link: Link = { client, server, silent: false, cut: undefined };
    accepted += 1;
    newest = link;
    links.add(link);
    client.on('data', (chunk) => server.write(chunk));
    server.on('data', (chunk) => fromServer(link, chunk));
    for (const socket of [client, server]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        links.delete(link);
        client.destroy();
        server.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));

  const current = (): Link => {
    if (newest === undefined) throw new Error('tcp proxy: nobody has connected yet');
    return newest;
  };

  return {
    port: (listener.address() as AddressInfo).port,
    get accepted() {
      return accepted;
    },
    cutAfter(bytes, how) {
      const link = current();
      if (bytes === 0) cut(link, how);
      else link.cut = { left: bytes, how };
    },
    silenceServer() {
      for (const link of links) link.silent = true;
    },
    inject: (bytes) => void current().client.write(bytes),
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        for (const { client, server } of links) {
          client.destroy();
          server.destroy();
        }
      }),
  };
}
