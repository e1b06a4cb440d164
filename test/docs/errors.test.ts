import { EXIT_CODES } from 'shardgate';
import { describe, expect, it } from 'vitest';
import { read, sourceFiles, withoutComments } from '../house/repository.ts';

/** The codes each package can fail with: the members of its exported `…ErrorCode` union, by the name of the error. */
function unions(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const path of sourceFiles()) {
    for (const [, name = '', members = ''] of withoutComments(read(path)).matchAll(
      /export type (\w+Error)Code\s*=([^;]+);/g,
    )) {
      found.set(name, [...members.matchAll(/'(\w+)'/g)].map(([, code = '']) => code).sort());
    }
  }
  return found;
}

/** The codes of docs/errors.md: first cell of each row, by the section's heading. */
function documented(): Map<string, string[]> {
  return new Map(
    read('docs/errors.md')
      .split(/^## /m)
      .slice(1)
      .filter((section) => /^\w+Error\s/.test(section))
      .map((section) => [
        /^\w+/.exec(section)?.[0] ?? '',
        [...section.matchAll(/^\| `(\w+)`\s*\|/gm)].map(([, code = '']) => code).sort(),
      ]),
  );
}

describe('docs/errors.md', () => {
  it('has a section for every error the packages throw', () => {
    expect([...documented().keys()].sort()).toEqual([...unions().keys()].sort());
  });

  it('lists exactly the codes of each', () => {
    expect(Object.fromEntries(documented())).toEqual(Object.fromEntries(unions()));
  });

  it('lists every exit code', () => {
    const [, section = ''] = read('docs/errors.md').split(/^## Exit codes$/m);
    const rows = [...section.matchAll(/^\| (\d+)\s*\| `(\w+)`\s*\|/gm)].map(([, code, name]) => [name, Number(code)]);
    expect(Object.fromEntries(rows)).toEqual(EXIT_CODES);
  });
});
