import { findProgram } from './debian-package.ts';
import { answers, givenServer, givenUrl, startServer, subfolder, type TestServer } from './server-process.ts';

export type RedisServer = TestServer;

export interface RedisSettings {
  /** More of `redis-server`'s own arguments, e.g. `['--maxmemory', '20mb']`; a later one wins. */
  readonly args?: readonly string[];
}

/** A Redis that keeps each write on the disk, or the one of `$SHARDGATE_TEST_REDIS_URL`. */
export async function startRedis({ args = [] }: RedisSettings = {}): Promise<RedisServer> {
  const given = givenUrl('redis');
  if (given !== undefined) return givenServer('redis', given, 6379);
  const found = await findProgram({ names: ['redis-server'], package: 'redis-server' });
  if ('missing' in found) throw new Error(found.missing);
  return startServer({
    name: 'redis',
    url: (port) => `redis://127.0.0.1:${port}`,
    command: (place) => ({
      program: found.path,
      args: [
        ...['--bind', '127.0.0.1', '--port', String(place.port), '--dir', subfolder(place, 'data')],
        ...['--save', '', '--appendonly', 'yes', '--appendfsync', 'always', ...args],
      ],
    }),
    // While it reads its file it accepts, but answers "-LOADING"; with a password "-NOAUTH" means that it serves.
    isUp: async ({ port }) =>
      (await answers(port, { ask: 'PING\r\n', says: '+PONG' })) ||
      (await answers(port, { ask: 'PING\r\n', says: '-NOAUTH' })),
  });
}
