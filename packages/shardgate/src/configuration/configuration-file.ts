import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { loadConfig, loadDotenv } from 'c12';
import { Intents } from '@shardgate/gateway';
import { defineConfiguration } from './define-configuration.ts';
import type { Variables } from './environment-layer.ts';

/** Names that are looked for, in a folder. */
const FILE_NAMES: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map(
  (ending) => `shardgate.config.${ending}`,
);

/** A file that cannot be read; the message is the end of “expected …”, without anything that is in the file. */
export class ConfigurationFileError extends Error {
  override readonly name: string = 'ConfigurationFileError';
}

/**
 * The file to read: the one that is named, else the one in the folder; undefined for none.
 *
 * @throws {ConfigurationFileError} when the named file is not there, or the folder has two
 */
export function findConfigurationFile(folder: string, named: string | undefined): string | undefined {
  if (named !== undefined) {
    const path = resolve(folder, named);
    if (!existsSync(path)) throw new ConfigurationFileError('a file that exists');
    if (!FILE_NAMES.some((name) => extname(name) === extname(path)))
      throw new ConfigurationFileError('a file that ends in .ts, .mts, .js, .mjs, .cjs or .json');
    return path;
  }
  const found = FILE_NAMES.filter((name) => existsSync(resolve(folder, name)));
  if (found.length > 1) throw new ConfigurationFileError(`one file in ${folder}, and not ${found.join(' and ')}`);
  return found[0] === undefined ? undefined : resolve(folder, found[0]);
}

/**
 * What a file says. A module may export an object, or a function that gets `{ env }` and returns one.
 *
 * Of c12 only the reading is used: no rc file, no home folder, no package.json, no `extends`, nothing from the network, no variable set.
 *
 * @throws {ConfigurationFileError} when it cannot be read
 */
export async function readConfigurationFile(path: string, env: Variables): Promise<unknown> {
  if (extname(path) === '.json') return readJson(path);
  try {
    const { config } = await loadConfig({
      cwd: dirname(path),
      name: 'shardgate',
      configFile: basename(path),
      rcFile: false,
      globalRc: false,
      packageJson: false,
      dotenv: false,
      envName: false,
      extend: false,
      giget: false,
      context: { env },
      // Takes the file as it is: the usual merger drops null.
      merger: (...sources) => sources.find((source) => source !== undefined && source !== null) ?? {},
      jitiOptions: {
        // A file on disk would keep what the configuration says, keys included, readable for everybody.
        fsCache: false,
        moduleCache: false,
        virtualModules: { shardgate: { defineConfiguration, Intents } },
      },
    });
    return config;
  } catch (error) {
    // A parser's message says where; the code around it stays unsaid.
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new ConfigurationFileError(`a module that can be loaded; ${first}`);
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ConfigurationFileError(`a file that can be read; ${String(Reflect.get(Object(error), 'code'))}`);
  });
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // V8's message quotes the text around the place, which may be a key.
    const [, place] = /\(line \d+ column \d+\)|position (\d+)/.exec(error instanceof Error ? error.message : '') ?? [];
    const line = place === undefined ? undefined : text.slice(0, Number(place)).split('\n').length;
    throw new ConfigurationFileError(line === undefined ? 'JSON' : `JSON; line ${line} is none`);
  }
}

/** The variables of a folder's `.env`; empty without one. Nothing is set in the process, and `$` stands for itself. */
export async function readEnvFile(folder: string): Promise<Variables> {
  const target = {};
  try {
    return await loadDotenv({ cwd: folder, fileName: '.env', env: target, interpolate: false });
  } finally {
    // c12 remembers each object it was given, for ever.
    globalThis.__c12_dotenv_vars__?.delete(target);
  }
}
