import { findProgram } from './debian-package.ts';
import { answers, givenServer, givenUrl, startServer, subfolder, type TestServer } from './server-process.ts';

export type NatsServer = TestServer;

export interface NatsSettings {
  /** More of `nats-server`'s own arguments, e.g. `['--user', 'bot', '--pass', 'secret']`. */
  readonly args?: readonly string[];
}

/** A NATS server with JetStream, or the one of `$SHARDGATE_TEST_NATS_URL`. */
export async function startNats({ args = [] }: NatsSettings = {}): Promise<NatsServer> {
  const given = givenUrl('nats');
  if (given !== undefined) return givenServer('nats', given, 4222);
  const found = await findProgram({ names: ['nats-server'], package: 'nats-server', folders: ['/usr/sbin'] });
  if ('missing' in found) throw new Error(found.missing);
  return startServer({
    name: 'nats',
    url: (port) => `nats://127.0.0.1:${port}`,
    command: (place) => ({
      program: found.path,
      args: ['-a', '127.0.0.1', '-p', String(place.port), '-js', '-sd', subfolder(place, 'data'), ...args],
    }),
    isUp: ({ port }) => answers(port, { says: 'INFO ' }),
  });
}
