import type { z } from 'zod';
import { configurationLeaves } from './describe-configuration.ts';
import type { ConfigurationLeaf } from './describe-configuration.ts';
import { shown } from './mistake.ts';
import type { Mistake } from './mistake.ts';
import { otherName } from './nearest-name.ts';
import { factsOf } from './schema/leaf.ts';
import { configurationSchema } from './schema/schema.ts';
import { membersOf } from './schema/structure.ts';

/** A value that somebody gave, and where. */
export interface Setting {
  readonly value: unknown;
  readonly source: string;
}

/** What one source gives: values by path, and what is wrong with it. */
export interface Layer {
  readonly settings: ReadonlyMap<string, Setting>;
  readonly mistakes: readonly Mistake[];
}

/** A value that can have members. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const byPath = new Map(configurationLeaves().map((leaf) => [leaf.path, leaf]));

/** The leaf of a path; undefined for any other path. */
export function leafAt(path: string): ConfigurationLeaf | undefined {
  return byPath.get(path);
}

/** Takes a nested object apart into the values of leaves. Members that nobody knows are mistakes; their values stay unsaid. */
export function flatten(given: unknown, source: string): Layer {
  const settings = new Map<string, Setting>();
  const mistakes: Mistake[] = [];
  const walk = (schema: z.ZodType, value: unknown, path: string): void => {
    if (value === undefined) return;
    const members = membersOf(schema);
    if (factsOf(schema) !== undefined || members === undefined) {
      settings.set(path, { value: withoutUndefined(value), source });
    } else if (isObject(value)) {
      for (const [name, inner] of Object.entries(value)) {
        const full = path === '' ? name : `${path}.${name}`;
        const known = Object.hasOwn(members, name) ? members[name] : undefined;
        if (known !== undefined) walk(known, inner, full);
        else if (inner !== undefined)
          mistakes.push({
            path: full,
            value: 'not shown',
            expected: otherName(full, nearPaths(path, members), 'setting'),
            source,
          });
      }
    } else {
      const expected = 'an object of settings';
      mistakes.push({ path: path || 'configuration', value: shown(value), expected, source });
    }
  };
  walk(configurationSchema, given, '');
  return { settings, mistakes };
}

/** Members beside an unknown one first, then everything there is. */
function nearPaths(path: string, members: Readonly<Record<string, unknown>>): string[] {
  const beside = Object.keys(members).map((name) => (path === '' ? name : `${path}.${name}`));
  return [...new Set([...beside, ...byPath.keys()])];
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [[name, withoutUndefined(inner)]])),
  );
}

/** Puts values back into a nested object, as the schema reads it. */
export function nest(settings: ReadonlyMap<string, Setting>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, { value }] of settings) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let target = root;
    for (const name of names) target = (target[name] ??= {}) as Record<string, unknown>;
    target[last] = value;
  }
  return root;
}
