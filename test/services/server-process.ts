import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive, isProgram } from './debian-package.ts';

const START_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 15_000;
const PAUSED_WITHIN_MS = 1_000;
const LOG_KEPT = 8_192;
/** Below the ports that the system gives to outgoing connections: one to a stopped server would else connect to itself, in rare cases. */
const PORTS = { from: 20_000, to: 32_000 };
/** Ends the server with us, even when we are killed. */
const REAPER = '/usr/bin/setpriv';

/** A server of a test's own, or one that was given by its URL. */
export interface TestServer {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** False for a server that was given by its URL: the methods below throw then. */
  readonly own: boolean;
  /** What it printed lately. */
  log(): string;
  /** SIGTERM, and resolves when it has ended. */
  stop(): Promise<void>;
  /** SIGKILL to it and what it has started, and resolves when it has ended. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay, nothing answers. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Starts it again on the same port, after ending it if need be; `empty`: without the data it had. */
  restart(options?: { readonly empty?: boolean }): Promise<void>;
  /** Ends it (a given one stays) and removes its folder. */
  end(): Promise<void>;
}

/** Where a server lives. */
export interface ServerPlace {
  readonly folder: string;
  readonly port: number;
}

/** How a server is started. */
export interface ServerPlan {
  readonly name: string;
  url(port: number): string;
  command(place: ServerPlace): ServerCommand;
  /** Before each start; must also do where there is data already. */
  prepare?(place: ServerPlace): Promise<void>;
  /** Whether it serves; asked again and again. Default: the port accepts. */
  isUp?(place: ServerPlace): Promise<boolean>;
}

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
  /** Signal of a gentle end; default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
}

/** The URL of a server that somebody else runs, e.g. `$SHARDGATE_TEST_REDIS_URL`. */
export function givenUrl(name: string): string | undefined {
  return process.env[variableOf(name)] || undefined;
}

/**
 * Whether tests may stop and pause a server of this name; says why on standard error where they may not. For `it.skipIf(!canBreak('redis'))`.
 */
export function canBreak(name: string): boolean {
  if (givenUrl(name) === undefined) return true;
  console.warn(`Tests that stop or pause ${name} are skipped: ${variableOf(name)} names a server that is not theirs.`);
  return false;
}

/** Starts a server on a free port of 127.0.0.1 with a folder of its own. It ends with this process at the latest. */
export async function startServer(plan: ServerPlan): Promise<TestServer> {
  const place: ServerPlace = { folder: mkdtempSync(join(tmpdir(), `shardgate-${plan.name}-`)), port: await freePort() };
  let child: ChildProcess | undefined;
  let log = '';

  const tree = (): number[] =>
    child?.pid === undefined || child.exitCode !== null || child.signalCode !== null ? [] : treeOf(child.pid);
  const signal = (name: NodeJS.Signals): void => tree().forEach((pid) => sendSignal(pid, name));
  const ended = async (name: NodeJS.Signals): Promise<void> => {
    const one = child;
    if (one === undefined || one.exitCode !== null || one.signalCode !== null) return;
    const exit = once(one, 'exit');
    const pids = tree();
    if (name === 'SIGKILL') signal(name);
    else one.kill(name);
    await Promise.race([exit, wait(STOP_WITHIN_MS)]);
    // What is behind a shell ends a moment after it; only then the port is free.
    for (let tries = 0; pids.some(isAlive); tries++) {
      if (tries % 100 === 99) pids.forEach((pid) => sendSignal(pid, 'SIGKILL'));
      await wait(20);
    }
    await exit;
  };
  const start = async (): Promise<void> => {
    await plan.prepare?.(place);
    const { program, args, env, uid, gid } = plan.command(place);
    const reaped = isProgram(REAPER) ? [REAPER, '--pdeathsig', 'KILL', '--', program] : [program];
    const [first = program, ...rest] = [...reaped, ...args];
    const one = spawn(first, rest, {
      cwd: place.folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    child = one;
    const keep = (chunk: Buffer): void => void (log = `${log}${chunk.toString()}`.slice(-LOG_KEPT));
    one.stdout.on('data', keep);
    one.stderr.on('data', keep);
    one.on('error', (error) => keep(Buffer.from(String(error))));
    await upWithin(plan, place, one, () => log);
  };
  const stopSignal = (): NodeJS.Signals => plan.command(place).stopSignal ?? 'SIGTERM';
  const atExit = (): void => {
    signal('SIGKILL');
    rmSync(place.folder, { recursive: true, force: true });
  };
  process.once('exit', atExit);

  const end = async (): Promise<void> => {
    await ended('SIGKILL');
    process.off('exit', atExit);
    rmSync(place.folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await start();
  } catch (error) {
    await end();
    throw error;
  }
  return {
    url: plan.url(place.port),
    host: '127.0.0.1',
    port: place.port,
    own: true,
    log: () => log,
    stop: () => {
      signal('SIGCONT');
      return ended(stopSignal());
    },
    kill: () => ended('SIGKILL'),
    pause: () => {
      signal('SIGSTOP');
      // It takes a moment until each thread has stopped, and a test is not to see an answer of that moment.
      const end = performance.now() + PAUSED_WITHIN_MS;
      while (!tree().every(isStopped) && performance.now() < end);
    },
    resume: () => signal('SIGCONT'),
    async restart({ empty = false } = {}) {
      signal('SIGCONT');
      await ended(empty ? 'SIGKILL' : stopSignal());
      if (empty) {
        for (const name of readdirSync(place.folder)) {
          rmSync(join(place.folder, name), { recursive: true, force: true, maxRetries: 5 });
        }
      }
      await start();
    },
    end,
  };
}

/** A server that is not ours to break. */
export function givenServer(name: string, url: string, defaultPort: number): TestServer {
  const { hostname, port } = new URL(url);
  const refuse = (): never => {
    throw new Error(`${variableOf(name)} names a server that is not this test's to stop or pause`);
  };
  return {
    url,
    host: hostname,
    port: Number(port) || defaultPort,
    own: false,
    log: () => '',
    stop: async () => refuse(),
    kill: async () => refuse(),
    pause: refuse,
    resume: refuse,
    restart: async () => refuse(),
    end: async () => {},
  };
}

/** Whether something accepts there and, where `says` is given, answers `ask` with a text that begins so. */
export async function answers(
  port: number,
  exchange?: { readonly ask?: string; readonly says: string },
): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.setTimeout(1_000, () => socket.destroy(new Error('no answer')));
  try {
    await once(socket, 'connect');
    if (exchange === undefined) return true;
    if (exchange.ask !== undefined) socket.write(exchange.ask);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    return chunk.toString('latin1').startsWith(exchange.says);
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A folder inside a server's own. */
export function subfolder(place: ServerPlace, name: string): string {
  const path = join(place.folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

async function upWithin(plan: ServerPlan, place: ServerPlace, child: ChildProcess, log: () => string): Promise<void> {
  const end = performance.now() + START_WITHIN_MS;
  const isUp = plan.isUp ?? (({ port }: ServerPlace): Promise<boolean> => answers(port));
  while (!(await isUp(place))) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      throw new Error(`${plan.name} ended (${child.exitCode ?? child.signalCode}) before it served:\n${log()}`);
    }
    if (performance.now() > end) throw new Error(`${plan.name} did not serve within ${START_WITHIN_MS} ms:\n${log()}`);
    await wait(20);
  }
}

async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(PORTS.from, PORTS.to);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
  throw new Error(`no free port between ${PORTS.from} and ${PORTS.to}`);
}

/** A process and all that descend from it: a server may stand behind a shell, or have helpers of its own. */
function treeOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

/** Whether all threads of a process are stopped by a signal; true where that cannot be known. */
function isStopped(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).every((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').includes(') T '),
    );
  } catch {
    return true;
  }
}

function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function variableOf(name: string): string {
  return `SHARDGATE_TEST_${name.toUpperCase()}_URL`;
}
