import type { z } from 'zod';
import { describeSinks } from './describe-configuration.ts';
import { shown } from './mistake.ts';
import type { Mistake } from './mistake.ts';
import { otherName } from './nearest-name.ts';
import { isObject, leafAt } from './settings.ts';
import type { Setting } from './settings.ts';

/** Members of sinks whose values no message may show, in any sink. */
const hiddenInSinks = new Set(
  describeSinks().flatMap(({ leaves }) =>
    leaves.filter(({ visibility }) => visibility !== 'all').map(({ path }) => path),
  ),
);

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
  if (path[0] === 'sinks')
    return typeof value === 'string' && path.length < 3 ? true : hiddenInSinks.has(path[2] ?? '');
  return (leafAt(path.join('.'))?.visibility ?? 'all') !== 'all';
}

/** Names that may stand at a path whose own schema is no section: in a sink, or in an activity. */
function knownNames(path: readonly string[], given: unknown): string[] {
  const [root, index = '', ...inner] = path;
  if (root !== 'sinks') return ['name', 'type', 'state', 'url'];
  const sink = valueAt(given, [root, index]);
  const type = isObject(sink) ? sink['type'] : undefined;
  const leaves = describeSinks().find(({ name }) => name === type)?.leaves ?? [];
  const prefix = inner.map((name) => `${name}.`).join('');
  return leaves
    .filter((leaf) => leaf.path.startsWith(prefix))
    .map((leaf) => leaf.path.slice(prefix.length).split('.')[0] ?? '');
}
