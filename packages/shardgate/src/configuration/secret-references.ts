import { resolve } from 'node:path';
import type { Variables } from './environment-layer.ts';
import { configurationLeaves, leavesOfPart, partListAt } from './describe-configuration.ts';
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
    const list = partListAt(path);
    if (list === undefined || !Array.isArray(value)) continue;
    const parts = value.map((part: unknown, index) => {
      if (!isObject(part)) return part;
      const found = leavesOfPart(list, part['type'])
        .filter((leaf) => leaf.isSecret && Object.hasOwn(part, leaf.path))
        .map(({ path: name }) => [name, lookUp(part[name], `${path}.${index}.${name}`, source)]);
      return { ...part, ...Object.fromEntries(found) };
    });
    settings.set(path, { value: parts, source });
  }
  return { settings, mistakes, files };
}
