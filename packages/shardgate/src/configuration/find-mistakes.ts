import type { z } from 'zod';
import { describePartLists, leavesOfPart, type PartList } from './describe-configuration.ts';
import { shown } from './mistake.ts';
import type { Mistake } from './mistake.ts';
import { otherName } from './nearest-name.ts';
import { isObject, leafAt } from './settings.ts';
import type { Setting } from './settings.ts';

/** Where in a list of parts a path leads. */
interface InPart {
  readonly list: PartList;
  /** The entry's index, and names below it. */
  readonly below: readonly string[];
}

function inPart(path: readonly string[]): InPart | undefined {
  for (const list of describePartLists()) {
    const depth = list.path.split('.').length;
    if (path.slice(0, depth).join('.') === list.path) return { list, below: path.slice(depth) };
  }
  return undefined;
}

/** Whether a member's values may be shown by no message, in whatever type. */
function isDelicate({ types }: PartList, name: string | undefined): boolean {
  return types.some(({ leaves }) => leaves.some(({ path, visibility }) => path === name && visibility !== 'all'));
}

/** What a schema has found wrong, in words. `given` is the whole that was checked. */
export function mistakesOf(error: z.ZodError, given: unknown, settings: ReadonlyMap<string, Setting>): Mistake[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    const value = valueAt(given, path);
    const source = sourceOf(path, settings);
    if (issue.code === 'unrecognized_keys') {
      const known = knownNames(path, given);
      return issue.keys.map((name) => ({
        path: [...path, name].join('.'),
        value: 'not shown',
        expected: otherName(name, known, 'setting'),
        source,
      }));
    }
    const expected = issue.message.replace(/^expected /, '');
    return [
      {
        path: path.join('.') || 'configuration',
        value: isHidden(path, value) ? 'hidden' : shown(value),
        expected,
        source,
      },
    ];
  });
}

function valueAt(given: unknown, path: readonly string[]): unknown {
  let value = given;
  for (const name of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return value;
}

/** Where the value at a path, or the leaf it stands in, comes from. */
function sourceOf(path: readonly string[], settings: ReadonlyMap<string, Setting>): string {
  for (let length = path.length; length > 0; length--) {
    const setting = settings.get(path.slice(0, length).join('.'));
    if (setting !== undefined) return setting.source;
  }
  return 'nowhere given';
}

function isHidden(path: readonly string[], value: unknown): boolean {
  if (value === undefined || value === null) return false;
  const found = inPart(path);
  if (found !== undefined)
    return typeof value === 'string' && found.below.length < 2 ? true : isDelicate(found.list, found.below[1]);
  return (leafAt(path.join('.'))?.visibility ?? 'all') !== 'all';
}

/** Names that may stand at a path whose own schema is no section: in a sink or store, or in an activity. */
function knownNames(path: readonly string[], given: unknown): string[] {
  const found = inPart(path);
  if (found === undefined) return ['name', 'type', 'state', 'url'];
  const [index = '', ...inner] = found.below;
  const part = valueAt(given, [...found.list.path.split('.'), index]);
  const prefix = inner.map((name) => `${name}.`).join('');
  return leavesOfPart(found.list, isObject(part) ? part['type'] : undefined)
    .filter((leaf) => leaf.path.startsWith(prefix))
    .map((leaf) => leaf.path.slice(prefix.length).split('.')[0] ?? '');
}
