import { execFile } from 'node:child_process';
import { chown, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './debian-package.ts';
import { givenServer, givenUrl, startServer, subfolder, type ServerPlace, type TestServer } from './server-process.ts';

const run = promisify(execFile);
const USER = 'postgres';

export type PostgresServer = TestServer;

export interface PostgresSettings {
  /** More of `postgres`'s own arguments, e.g. `['-c', 'max_connections=20']`. */
  readonly args?: readonly string[];
}

/** A PostgreSQL with an empty database `postgres`, or the one of `$SHARDGATE_TEST_POSTGRES_URL`. */
export async function startPostgres({ args = [] }: PostgresSettings = {}): Promise<PostgresServer> {
  const given = givenUrl('postgres');
  if (given !== undefined) return givenServer('postgres', given, 5432);
  const found = await findProgram({
    names: ['postgres'],
    package: 'postgresql',
    folders: ['/usr/lib/postgresql/*/bin'],
  });
  if ('missing' in found) throw new Error(found.missing);
  const tool = (name: string): string => join(dirname(found.path), name);
  const identity = await serverIdentity();
  const own = async (path: string): Promise<void> => {
    if (identity.uid !== undefined && identity.gid !== undefined) await chown(path, identity.uid, identity.gid);
  };
  const data = (place: ServerPlace): string => join(place.folder, 'data');

  return startServer({
    name: 'postgres',
    url: (port) => `postgres://${USER}@127.0.0.1:${port}/postgres`,
    async prepare(place) {
      await own(place.folder);
      await own(subfolder(place, 'socket'));
      if (existsSync(data(place))) return;
      const parameters = ['-D', data(place), '-U', USER, '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
      await run(tool('initdb'), parameters, { ...identity, cwd: place.folder, timeout: 60_000 });
    },
    command: (place) => ({
      program: found.path,
      args: [
        ...['-D', data(place), '-p', String(place.port), '-c', 'listen_addresses=127.0.0.1'],
        ...['-c', `unix_socket_directories=${join(place.folder, 'socket')}`, ...args],
      ],
      ...identity,
      // SIGTERM would wait for the clients to go.
      stopSignal: 'SIGINT',
    }),
    isUp: ({ port }) =>
      run(tool('pg_isready'), ['-h', '127.0.0.1', '-p', String(port)], { timeout: 5_000 }).then(
        () => true,
        () => false,
      ),
  });
}

/** PostgreSQL does not run as root. */
async function serverIdentity(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((text) => text.startsWith(`${USER}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`there is no user ${USER}, whom PostgreSQL is to run as`);
  return { uid: Number(uid), gid: Number(gid) };
}
