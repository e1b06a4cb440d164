import { resolve } from 'node:path';
import { configurationLeaves, partListAt } from './describe-configuration.ts';
import type { ConfigurationLeaf } from './describe-configuration.ts';
import { shown } from './mistake.ts';
import type { Mistake } from './mistake.ts';
import { otherName } from './nearest-name.ts';
import { readSecretFile } from './secret-file.ts';
import type { Layer, Setting } from './settings.ts';
import { TextValueError, textValue } from './text-value.ts';

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A layer that also says which files it read. */
export interface EnvironmentLayer extends Layer {
  readonly files: readonly string[];
}

/** Variables that Kubernetes sets for a service called shardgate. https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables */
const SERVICE_LINK = /^SHARDGATE(_\w+)?_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?)$/;
/** Variables of our own tests. */
const TESTING = /^SHARDGATE_(TEST_\w+|SEEDS?|FUZZ_RUNS|KILLS|LONG)$/;

/** What variables say. An empty one counts as not given. `place` is `.env` or `environment`; paths of files are relative to `folder`. */
export function environmentLayer(variables: Variables, place: string, folder: string): EnvironmentLayer {
  const settings = new Map<string, Setting>();
  const mistakes: Mistake[] = [];
  const files: string[] = [];
  const given = (name: string): string | undefined => variables[name] || undefined;
  const take = (leaf: ConfigurationLeaf, name: string, text: string): void => {
    try {
      settings.set(leaf.path, { value: textValue(leaf, text), source: `${place}: ${name}` });
    } catch (error) {
      mistakes.push(mistakeOf(error, leaf, text, `${place}: ${name}`));
    }
  };
  for (const leaf of configurationLeaves()) {
    // The name of our own comes last, so that it wins.
    for (const name of [...leaf.variables].reverse()) {
      const text = given(name);
      const file = leaf.isSecret ? given(`${name}_FILE`) : undefined;
      if (text !== undefined) take(leaf, name, text);
      if (file === undefined) continue;
      if (text !== undefined) {
        const expected = `either ${name} or ${name}_FILE`;
        mistakes.push({ path: leaf.path, value: 'hidden', expected, source: `${place}: ${name}, ${name}_FILE` });
        continue;
      }
      files.push(resolve(folder, file));
      try {
        settings.set(leaf.path, { value: readSecretFile(file, folder), source: `${place}: ${name}_FILE` });
      } catch (error) {
        mistakes.push(mistakeOf(error, leaf, file, `${place}: ${name}_FILE`));
      }
    }
  }
  mistakes.push(...unknownVariables(variables, place));
  return { settings, mistakes, files };
}

/** The mistake of a text that could not be read as the value of a leaf. */
export function mistakeOf(error: unknown, leaf: ConfigurationLeaf, text: string, source: string): Mistake {
  if (!(error instanceof TextValueError)) throw error;
  // Sinks and stores may hold keys.
  const value = leaf.visibility === 'all' && partListAt(leaf.path) === undefined ? shown(text) : 'hidden';
  return { path: leaf.path, value, expected: error.message, source };
}

const known: readonly string[] = configurationLeaves().flatMap(({ variables, isSecret }) =>
  isSecret ? variables.flatMap((name) => [name, `${name}_FILE`]) : variables,
);

function unknownVariables(variables: Variables, place: string): Mistake[] {
  return Object.keys(variables)
    .filter((name) => name.startsWith('SHARDGATE_') && variables[name] && !known.includes(name))
    .filter((name) => !SERVICE_LINK.test(name) && !TESTING.test(name))
    .map((name) => ({
      path: name,
      value: 'not shown',
      expected: otherName(name, known, 'variable'),
      source: `${place}: ${name}`,
    }));
}
