import type { Mistake } from '../mistake.ts';
import { otherName } from '../nearest-name.ts';

/** Values by flag, with its one dash. */
export interface GoFlags {
  readonly values: ReadonlyMap<string, string>;
  readonly mistakes: readonly Mistake[];
}

/** Reads arguments as Go programs do: `-name value`, `-name=value`, with one dash or two. Nothing but flags is taken. */
export function readGoFlags(words: readonly string[], known: readonly string[]): GoFlags {
  const values = new Map<string, string>();
  const mistakes: Mistake[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, bare = '', equals] = /^--?([^-=][^=]*)(?:=([^]*))?$/.exec(word) ?? [];
    const name = `-${bare}`;
    const value = equals ?? (known.includes(name) ? rest.shift() : undefined);
    if (bare === '')
      mistakes.push({ path: 'argument', value: 'not shown', expected: 'a flag such as -shards', source: 'arguments' });
    else if (!known.includes(name))
      mistakes.push({ path: name, value: 'not shown', expected: otherName(name, known, 'flag'), source: 'arguments' });
    else if (value === undefined)
      mistakes.push({ path: name, value: 'missing', expected: 'a value', source: 'arguments' });
    else values.set(name, value);
  }
  return { values, mistakes };
}
