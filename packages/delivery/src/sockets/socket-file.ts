import { chmod, lstat, mkdtemp, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Server } from 'node:net';
import { dirname, join } from 'node:path';
import type { Clock } from '@shardgate/gateway';

/** How long another process has to say that it listens on the path, milliseconds. */
const PROBE_TIMEOUT_MS = 2_000;

/** A socket file that a server listens on. */
export interface SocketFile {
  /** Removes the file, unless another process has put its own there. */
  remove(): Promise<void>;
}

/**
 * Lets a server listen on a UNIX socket that only this user can connect to. A socket that a dead process left there is replaced.
 *
 * It is made in a folder of its own that nobody else can enter, gets its mode there, and then moves to its place: it can be reached
 * neither before the mode is set nor half-way.
 *
 * @throws {Error} somebody answers on the path, or may be there, or what is there is no socket: it is left as it is, and the server closed
 */
export async function listenOnSocketFile(server: Server, path: string, clock: Clock): Promise<SocketFile> {
  const before = await inodeOf(path);
  if (before !== undefined && (await answers(path, clock)))
    throw new Error(`another process listens on ${path}; stop it or choose another path`);
  const folder = await mkdtemp(join(dirname(path), '.s'));
  try {
    const made = join(folder, 's');
    await listen(server, made);
    await chmod(made, 0o600);
    // Another process that also found the old file dead may have been faster.
    if ((await inodeOf(path)) !== before) throw new Error(`another process has just begun to listen on ${path}`);
    const own = await inodeOf(made);
    await rename(made, path);
    return {
      async remove() {
        if ((await inodeOf(path).catch(() => undefined)) === own) await rm(path, { force: true });
      },
    };
  } catch (error) {
    server.close();
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Undefined when there is nothing. Rejects when there is something that is not a socket. */
async function inodeOf(path: string): Promise<number | undefined> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined || found.isSocket()) return found?.ino;
  throw new Error(`${path} is there and is not a socket; move it away or choose another path`);
}

/** Whether somebody listens. Rejects when it cannot be told: then the file is not ours to replace. */
function answers(path: string, clock: Clock): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = connect(path);
    const end = (finish: () => void): void => {
      clock.clearTimer(timer);
      probe.destroy();
      finish();
    };
    // A backlog that is full keeps the connection waiting: somebody is there.
    const timer = clock.setTimer(() => end(() => resolve(true)), PROBE_TIMEOUT_MS);
    probe.once('connect', () => end(() => resolve(true)));
    probe.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') end(() => resolve(false));
      else {
        const message = `cannot tell whether another process listens on ${path} (${error.code})`;
        end(() => reject(new Error(message, { cause: error })));
      }
    });
  });
}
