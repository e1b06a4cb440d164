import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findProgram } from './debian-package.ts';
import {
  answers,
  givenServer,
  givenUrl,
  startServer,
  subfolder,
  type ServerPlace,
  type TestServer,
} from './server-process.ts';

const run = promisify(execFile);

/** A RabbitMQ broker; its user is guest, with the password guest. */
export interface RabbitmqServer extends TestServer {
  /** Calls `rabbitmqctl` and gives what it printed; takes about a second. */
  ctl(...args: string[]): Promise<string>;
}

export interface RabbitmqSettings {
  /** Lines of `rabbitmq.conf`. */
  readonly config?: readonly string[];
}

/** A RabbitMQ node of its own, or the broker of `$SHARDGATE_TEST_RABBITMQ_URL`. */
export async function startRabbitmq({ config = [] }: RabbitmqSettings = {}): Promise<RabbitmqServer> {
  const given = givenUrl('rabbitmq');
  if (given !== undefined) {
    const server = givenServer('rabbitmq', given, 5672);
    return { ...server, ctl: async () => Promise.reject(new Error('rabbitmqctl cannot reach a broker given by URL')) };
  }
  // The one in /usr/sbin changes to a user and to folders of its own.
  const found = await findProgram({
    names: ['rabbitmq-server'],
    package: 'rabbitmq-server',
    folders: ['/usr/lib/rabbitmq/bin'],
  });
  if ('missing' in found) throw new Error(found.missing);
  let mapper: PortMapper | undefined;
  let environment: Record<string, string> = {};

  try {
    const server = await startServer({
      name: 'rabbitmq',
      url: (port) => `amqp://guest:guest@127.0.0.1:${port}`,
      async prepare(place) {
        mapper ??= await startPortMapper(place.port + 2);
        await writeFile(join(place.folder, 'plugins'), '[].');
        await writeFile(join(place.folder, 'rabbitmq.conf'), `${config.join('\n')}\n`);
        environment = environmentOf(place);
      },
      command: (place) => ({ program: found.path, args: [], env: environmentOf(place) }),
      isUp: async ({ port }) => answers(port, { ask: 'AMQP\0\0\x09\x01', says: '\x01' }),
    });
    return {
      ...server,
      async ctl(...args) {
        const { stdout } = await run(join(dirname(found.path), 'rabbitmqctl'), args, {
          env: { ...process.env, ...environment },
          timeout: 30_000,
        });
        return stdout;
      },
      async end() {
        await server.end();
        mapper?.end();
      },
    };
  } catch (error) {
    mapper?.end();
    throw error;
  }
}

function environmentOf(place: ServerPlace): Record<string, string> {
  return {
    HOME: place.folder,
    RABBITMQ_NODENAME: `shardgate${place.port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(place.port),
    RABBITMQ_DIST_PORT: String(place.port + 1),
    RABBITMQ_MNESIA_BASE: subfolder(place, 'mnesia'),
    RABBITMQ_LOG_BASE: subfolder(place, 'log'),
    RABBITMQ_PID_FILE: join(place.folder, 'pid'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(place.folder, 'plugins'),
    RABBITMQ_CONFIG_FILE: join(place.folder, 'rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_LOGS: '-',
    ERL_EPMD_PORT: String(place.port + 2),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none',
  };
}

/** Erlang's port mapper. Started by the broker it would stay behind as a daemon. */
interface PortMapper {
  end(): void;
}

async function startPortMapper(port: number): Promise<PortMapper> {
  const child: ChildProcess = spawn('epmd', ['-port', String(port), '-address', '127.0.0.1'], { stdio: 'ignore' });
  child.on('error', () => {});
  const end = (): void => {
    process.off('exit', end);
    child.kill('SIGKILL');
  };
  process.once('exit', end);
  for (let tries = 0; tries < 250; tries++) {
    if (await answers(port)) return { end };
    await wait(20);
  }
  end();
  throw new Error(`epmd did not listen on port ${port}`);
}
