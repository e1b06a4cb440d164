import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const INSTALL_WITHIN_MS = 300_000;
const LOCK = join(tmpdir(), 'shardgate-apt-get.lock');
/** Debian asks this program before it starts a freshly installed daemon. */
const POLICY = '/usr/sbin/policy-rc.d';
const START_NOTHING = '#!/bin/sh\nexit 101\n';

/** What to look for. */
export interface WantedProgram {
  /** Any of these. */
  readonly names: readonly string[];
  /** Debian's package that brings it. */
  readonly package: string;
  /** Where it may stand besides `$PATH`; one part of each may be `*`, the highest of which is taken. */
  readonly folders?: readonly string[];
}

/** A program to start, or the reason why there is none. */
export type FoundProgram = { readonly path: string } | { readonly missing: string };

/**
 * Looks for a program. Where it is missing and we are root on Debian, its package is installed, which is said on standard error; the
 * daemon that the package brings is not started.
 */
export async function findProgram(wanted: WantedProgram): Promise<FoundProgram> {
  const found = look(wanted);
  if (found) return { path: found };
  const remedy = `apt-get install -y --no-install-recommends ${wanted.package}`;
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) {
    return { missing: `${wanted.names.join(' or ')} was not found; install it (on Debian, as root: ${remedy})` };
  }
  const failure = await oneAtATime(async () => (look(wanted) ? undefined : install(wanted.package)));
  if (failure) return { missing: `${failure}; try by hand: ${remedy}` };
  const installed = look(wanted);
  return installed
    ? { path: installed }
    : { missing: `Debian’s package ${wanted.package} brought no ${wanted.names.join(' or ')}` };
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function look({ names, folders = [] }: WantedProgram): string | undefined {
  const places = [...folders.flatMap(expand), ...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean)];
  return names.flatMap((name) => places.map((place) => join(place, name))).find(isProgram);
}

function expand(folder: string): string[] {
  const [before, after] = folder.split('*');
  if (before === undefined || after === undefined) return [folder];
  if (!existsSync(before)) return [];
  const versions = readdirSync(before).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return versions.map((version) => `${before}${version}${after}`);
}

/** The reason why it could not be installed. */
async function install(name: string): Promise<string | undefined> {
  process.stderr.write(`Debian’s package ${name} is missing and is installed now\n`);
  const before = await readFile(POLICY).catch(() => undefined);
  const mode = before === undefined ? undefined : statSync(POLICY).mode;
  await writeFile(POLICY, START_NOTHING);
  await chmod(POLICY, 0o755);
  try {
    return (await aptGet('update')) ?? (await aptGet('install', '-y', '--no-install-recommends', name));
  } finally {
    if (before === undefined) await rm(POLICY, { force: true });
    else await writeFile(POLICY, before);
    if (mode !== undefined) await chmod(POLICY, mode);
  }
}

async function aptGet(...parameters: string[]): Promise<string | undefined> {
  process.stderr.write(`apt-get ${parameters.join(' ')}\n`);
  const child = spawn('apt-get', parameters, {
    // What it prints is progress, not the test's result.
    stdio: ['ignore', process.stderr, process.stderr],
    timeout: INSTALL_WITHIN_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    return code === 0 ? undefined : `apt-get ${parameters[0]} ended with ${code ?? signal}`;
  } catch (error) {
    return `apt-get cannot be started: ${String(error)}`;
  }
}

/** Test files run in several processes, and apt-get in one at a time. */
async function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  const holder = join(LOCK, 'pid');
  const end = performance.now() + INSTALL_WITHIN_MS;
  while (
    !(await mkdir(LOCK).then(
      () => true,
      () => false,
    ))
  ) {
    const pid = Number(await readFile(holder, 'utf8').catch(() => ''));
    if (pid > 0 && !isAlive(pid)) await rm(LOCK, { recursive: true, force: true });
    else if (performance.now() > end) throw new Error(`another process (pid ${pid}) has held ${LOCK} for too long`);
    else await wait(200);
  }
  try {
    await writeFile(holder, String(process.pid));
    return await work();
  } finally {
    await rm(LOCK, { recursive: true, force: true });
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
