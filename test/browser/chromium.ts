import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const INSTALL_WITHIN_MS = 300_000;

/** A Chromium to start, or the reason why there is none. */
export type FoundChromium = { readonly path: string } | { readonly missing: string };

/**
 * Looks for Chromium: `$CHROMIUM_PATH`, then the usual names in `$PATH`. Where there is none and we are root on Debian, it is installed
 * from Debian's own packages, which is said on standard error.
 */
export async function findChromium(): Promise<FoundChromium> {
  const chosen = process.env['CHROMIUM_PATH'];
  if (chosen) return isProgram(chosen) ? { path: chosen } : { missing: `CHROMIUM_PATH names no program: ${chosen}` };
  const found = inPath();
  if (found) return { path: found };
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) {
    return { missing: `none of ${NAMES.join(', ')} is in PATH; install Chromium or set CHROMIUM_PATH` };
  }
  const failure = await installOnDebian();
  if (failure) return { missing: failure };
  const installed = inPath();
  return installed
    ? { path: installed }
    : { missing: 'Debian’s package chromium was installed, but brought no program' };
}

function inPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The reason why it could not be installed. */
async function installOnDebian(): Promise<string | undefined> {
  return (await aptGet('update')) ?? (await aptGet('install', '-y', '--no-install-recommends', 'chromium'));
}

async function aptGet(...parameters: string[]): Promise<string | undefined> {
  process.stderr.write(`Chromium is missing: apt-get ${parameters.join(' ')}\n`);
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
