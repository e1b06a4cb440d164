import { createClient } from 'redis';
import { startRedis, type RedisServer } from '../../../test/services/redis.ts';

/** A server, and a client that knows nothing of the package. */
export interface RedisBed {
  readonly server: RedisServer;
  /** Url of an empty database. */
  readonly url: string;
  readonly client: PlainClient;
  end(): Promise<void>;
}

/** Commands as Redis' own documentation has them. */
export interface PlainClient {
  command(...command: readonly string[]): Promise<unknown>;
  close(): void;
}

/** As fast as it gets: what is asked of it here is not to outlive a machine. */
const MEMORY_ONLY = ['--appendonly', 'no'];

/** Starts a server. */
export async function redisBed(args: readonly string[] = MEMORY_ONLY): Promise<RedisBed> {
  const server = await startRedis({ args });
  const url = `${server.url}/9`;
  const client = await plainClient(url);
  await client.command('FLUSHDB');
  return {
    server,
    url,
    client,
    async end() {
      client.close();
      await server.end();
    },
  };
}

export async function plainClient(url: string): Promise<PlainClient> {
  const client = createClient({ url, RESP: 2 });
  client.on('error', () => {});
  await client.connect();
  return {
    command: (...command) => client.sendCommand([...command]),
    close: () => client.destroy(),
  };
}
