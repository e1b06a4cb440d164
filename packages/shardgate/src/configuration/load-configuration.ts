import { dirname, relative, resolve } from 'node:path';
import type { Configuration } from './configuration.ts';
import type { FlagValues } from './configuration-flags.ts';
import { flagLayer } from './configuration-flags.ts';
import {
  ConfigurationFileError,
  findConfigurationFile,
  readConfigurationFile,
  readEnvFile,
} from './configuration-file.ts';
import type { Variables } from './environment-layer.ts';
import { environmentLayer } from './environment-layer.ts';
import { mistakesOf } from './find-mistakes.ts';
import { ConfigurationError } from './mistake.ts';
import type { Mistake } from './mistake.ts';
import type { ConfigurationNote } from './profiles/profile-layer.ts';
import { profileDefaults, profileLayer, profiles } from './profiles/profile-layer.ts';
import { protect } from './protect-secrets.ts';
import { configurationSchema } from './schema/schema.ts';
import { lookUpSecrets } from './secret-references.ts';
import type { Layer } from './settings.ts';
import { flatten, nest } from './settings.ts';

/** What {@link loadConfiguration} reads. All may be left out. */
export interface LoadOptions {
  /** Where the file and `.env` are looked for. Default: the working directory. */
  readonly folder?: string;
  /** The configuration file, relative to the folder. Default: `shardgate.config.ts`, `.mts`, `.js`, `.mjs`, `.cjs` or `.json` there, or none. */
  readonly file?: string;
  /** Default: the variables of the process. */
  readonly env?: Variables;
  /** Options of a command, as commander gives them; see `configurationFlags`. */
  readonly flags?: FlagValues;
  /** Arguments in the manner of the profile's gateway: what stands behind `--`. */
  readonly profileArguments?: readonly string[];
}

/** A configuration and where it comes from. */
export interface LoadedConfiguration {
  readonly configuration: Configuration;
  /** Where each value comes from that is not simply the default: `shards.total` → `.env: SHARDGATE_SHARDS_TOTAL`. */
  readonly sources: ReadonlyMap<string, string>;
  /** What was given and has no effect, and why. */
  readonly notes: readonly ConfigurationNote[];
  /** Files that were read, or looked for in vain, as absolute paths. */
  readonly files: readonly string[];
}

/**
 * Reads the configuration. Later sources win over earlier ones, value by value: defaults, the profile's defaults, the file, the profile's own variables and arguments,
 * `.env`, the environment, flags. Nothing is written, and no variable is set.
 *
 * @throws {ConfigurationError} naming every mistake there is, of all sources
 */
export async function loadConfiguration(options: LoadOptions = {}): Promise<LoadedConfiguration> {
  const folder = resolve(options.folder ?? '.');
  const env = options.env ?? process.env;
  const { variables: dotenv, mistakes: unread } = await envFile(folder);
  // Of a variable that is there twice the process's own counts, unless it is empty.
  const variables = { ...dotenv, ...Object.fromEntries(Object.entries(env).filter(([, text]) => text)) };
  const file = await fileLayer(options, folder, variables);
  const inEnvFile = environmentLayer(dotenv, '.env', folder);
  const inEnvironment = environmentLayer(env, 'environment', folder);
  const flags = flagLayer(options.flags ?? {});
  const outer: Layer[] = [inEnvFile, inEnvironment, flags];
  const profile = profileOf([file, ...outer]);
  const words = options.profileArguments ?? [];
  const placeOf = (name: string): string => (env[name] ? 'environment' : '.env');
  const asProfile = profile && profileLayer(profile, variables, placeOf, words);
  const layers = profile && asProfile ? [profileDefaults(profile), file, asProfile, ...outer] : [file, ...outer];

  const settings = new Map(layers.flatMap((layer) => [...layer.settings]));
  const secrets = lookUpSecrets(settings, variables, file.folder);
  const mistakes = [...unread, ...layers.flatMap((layer) => layer.mistakes), ...secrets.mistakes];
  if (profile === undefined && words.length > 0) mistakes.push(STRAY_ARGUMENTS);
  const given = nest(secrets.settings);
  const result = configurationSchema.safeParse(given);
  if (!result.success) {
    const told = new Set(mistakes.map(({ path }) => path));
    mistakes.push(...mistakesOf(result.error, given, settings).filter(({ path }) => !told.has(path)));
  }
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return {
    configuration: protect(structuredClone(result.data) as unknown as Configuration),
    sources: new Map(Array.from(settings, ([path, { source }]) => [path, source])),
    notes: asProfile?.notes ?? [],
    files: [resolve(folder, '.env'), ...file.files, ...inEnvFile.files, ...inEnvironment.files, ...secrets.files],
  };
}

const STRAY_ARGUMENTS: Mistake = {
  path: 'arguments',
  value: 'not shown',
  expected: 'none without a profile',
  source: 'arguments',
};

interface FileLayer extends Layer {
  readonly folder: string;
  readonly files: readonly string[];
}

async function fileLayer(options: LoadOptions, folder: string, env: Variables): Promise<FileLayer> {
  let path: string | undefined;
  try {
    path = findConfigurationFile(folder, options.file);
    if (path === undefined) return { settings: new Map(), mistakes: [], folder, files: [] };
    const name = relative(folder, path);
    const layer = flatten(await readConfigurationFile(path, env), name.startsWith('..') ? path : name);
    return { ...layer, folder: dirname(path), files: [path] };
  } catch (error) {
    if (!(error instanceof ConfigurationFileError)) throw error;
    const source = options.file ?? path ?? folder;
    const mistake = { path: 'configuration file', value: 'another', expected: error.message, source };
    return { settings: new Map(), mistakes: [mistake], folder, files: path === undefined ? [] : [path] };
  }
}

/** The profile that the last of the layers asks for. What is no profile is for the schema to say. */
function profileOf(layers: readonly Layer[]): (typeof profiles)[number] | undefined {
  const wanted = layers.findLast(({ settings }) => settings.has('profile'))?.settings.get('profile')?.value;
  return profiles.find(({ name }) => name === wanted);
}

async function envFile(folder: string): Promise<{ variables: Variables; mistakes: readonly Mistake[] }> {
  try {
    return { variables: await readEnvFile(folder), mistakes: [] };
  } catch (error) {
    const expected = `a file that can be read (${String(Reflect.get(Object(error), 'code'))})`;
    return { variables: {}, mistakes: [{ path: '.env', value: 'another', expected, source: resolve(folder, '.env') }] };
  }
}
