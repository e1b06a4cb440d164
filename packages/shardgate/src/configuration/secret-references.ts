import { resolve } from 'node:path';
import type { Variables } from './environment-layer.ts';
import { configurationLeaves, describeSinks } from './describe-configuration.ts';
import type { Mistake } from './mistake.ts';
import { readSecretFile } from './secret-file.ts';
import { isObject } from './settings.ts';
import type { Setting } from './settings.ts';
import { TextValueError } from './text-value.ts';

/** Values with their references looked up. */
export interface LookedUp {
  readonly settings: ReadonlyMap<string, Setting>;
  readonly mistakes: readonly Mistake[];
  /** Files that were read. */
  readonly files: readonly string[];
}

/** Members of a sink that are secrets, by its type. */
const sinkSecrets = new Map(
  describeSinks().map(({ name, leaves }) => [name, leaves.filter(({ isSecret }) => isSecret).map(({ path }) => path)]),
);

/** Puts secrets in place of `{ file }` and `{ env }`. Files are relative to `folder`. */
export function lookUpSecrets(given: ReadonlyMap<string, Setting>, env: Variables, folder: string): LookedUp {
  const settings = new Map(given);
  const mistakes: Mistake[] = [];
  const files: string[] = [];

  const lookUp = (value: unknown, path: string, source: string): unknown => {
    if (!isObject(value)) return value;
    const { file, env: variable, ...rest } = value;
    try {
      if (typeof file === 'string' && variable === undefined && Object.keys(rest).length === 0) {
        files.push(resolve(folder, file));
        return readSecretFile(file, folder);
      }
      if (typeof variable === 'string' && file === undefined && Object.keys(rest).length === 0) {
        if (env[variable]) return env[variable];
        throw new TextValueError(`the variable ${variable} to be set`);
      }
      throw new TextValueError('a text, { file: path } or { env: name }');
    } catch (error) {
      if (!(error instanceof TextValueError)) throw error;
      mistakes.push({ path, value: 'hidden', expected: error.message, source });
      return value;
    }
  };

  for (const { path, isSecret } of configurationLeaves()) {
    const setting = settings.get(path);
    if (setting === undefined) continue;
    const { value, source } = setting;
    if (isSecret) settings.set(path, { value: lookUp(value, path, source), source });
    if (path !== 'sinks' || !Array.isArray(value)) continue;
    const sinks = value.map((sink: unknown, index) => {
      if (!isObject(sink)) return sink;
      const names = sinkSecrets.get(String(sink['type'])) ?? [];
      const found = names
        .filter((name) => Object.hasOwn(sink, name))
        .map((name) => [name, lookUp(sink[name], `sinks.${index}.${name}`, source)]);
      return { ...sink, ...Object.fromEntries(found) };
    });
    settings.set(path, { value: sinks, source });
  }
  return { settings, mistakes, files };
}
