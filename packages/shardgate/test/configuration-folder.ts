import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { ConfigurationError } from '../src/configuration/mistake.ts';
import { loadConfiguration } from '../src/configuration/load-configuration.ts';
import type { LoadedConfiguration, LoadOptions } from '../src/configuration/load-configuration.ts';

/** A token that no output may show. */
export const TOKEN = 'MTk4NjIyNDgz.planted.token-nobody-may-see';

const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder with these files; it is removed after the test. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'shardgate-configuration-'));
  made.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Loads from a folder with these files, with nothing of this process's environment. */
export function load(
  files: Readonly<Record<string, string>>,
  options: Omit<LoadOptions, 'folder'> = {},
): Promise<LoadedConfiguration> {
  return loadConfiguration({ folder: folderWith(files), env: { DISCORD_TOKEN: TOKEN }, ...options });
}

/** The error of a configuration that has to be wrong. */
export async function errorOf(loading: Promise<unknown>): Promise<ConfigurationError> {
  try {
    await loading;
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('the configuration was taken');
}
