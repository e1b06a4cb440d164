import { partListAt } from '../describe-configuration.ts';
import type { Variables } from '../environment-layer.ts';
import { shown } from '../mistake.ts';
import type { Mistake } from '../mistake.ts';
import type { Layer, Setting } from '../settings.ts';
import { leafAt } from '../settings.ts';
import { TextValueError } from '../text-value.ts';
import { readGoFlags } from './go-flags.ts';
import { isMapped } from './profile.ts';
import type { Profile } from './profile.ts';
import { tatsu } from './tatsu.ts';
import { twilightDispatch } from './twilight-dispatch.ts';

/** What was given and has no effect, or another than it seems. */
export interface ConfigurationNote {
  readonly level: 'info' | 'warn';
  /** One sentence, without any secret. */
  readonly text: string;
}

/** Other gateways whose settings are understood. */
export const profiles: readonly Profile[] = [twilightDispatch, tatsu];

/** A layer that also says what of it has no effect. */
export interface ProfileLayer extends Layer {
  readonly notes: readonly ConfigurationNote[];
}

/** What holds in a profile unless something else is said. */
export function profileDefaults({ name, defaults }: Profile): Layer {
  const settings = Object.entries(defaults).map(([path, value]): [string, Setting] => [
    path,
    { value, source: `profile ${name}` },
  ]);
  return { settings: new Map(settings), mistakes: [] };
}

/** What variables and arguments say by another gateway's names. Empty ones count as not given. */
export function profileLayer(
  profile: Profile,
  variables: Variables,
  placeOf: (variable: string) => string,
  words: readonly string[],
): ProfileLayer {
  const flagNames = profile.entries.filter(({ kind }) => kind === 'flag').map(({ name }) => name);
  const flags = readGoFlags(words, flagNames);
  const settings = new Map<string, Setting>();
  const mistakes: Mistake[] = [...flags.mistakes];
  const notes: ConfigurationNote[] = [];
  // Flags come after variables, so that they win.
  const entries = [...profile.entries].sort(
    (one, other) => Number(one.kind === 'flag') - Number(other.kind === 'flag'),
  );
  for (const entry of entries) {
    const { name, kind } = entry;
    const text = (kind === 'flag' ? flags.values.get(name) : variables[name]) ?? '';
    if (text === '') continue;
    const source = kind === 'flag' ? `flag ${name}` : `${placeOf(name)}: ${name}`;
    if (!isMapped(entry)) {
      notes.push({ level: entry.needs === undefined ? 'info' : 'warn', text: `${name} is ${entry.why}` });
      continue;
    }
    try {
      for (const [path, value] of Object.entries(entry.set(text, variables))) settings.set(path, { value, source });
    } catch (error) {
      if (!(error instanceof TextValueError)) throw error;
      // Sinks and stores hold addresses with passwords.
      const isSecret = entry.to.some((path) => leafAt(path)?.isSecret || partListAt(path) !== undefined);
      mistakes.push({
        path: entry.to.join(', '),
        value: isSecret ? 'hidden' : shown(text),
        expected: error.message,
        source,
      });
    }
  }
  return { settings, mistakes, notes };
}
