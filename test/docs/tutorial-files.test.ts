import { posix } from 'node:path';
import { expect, it } from 'vitest';
import { filesBelow, read } from '../house/repository.ts';
import { snippetModules } from './pages.ts';

const EXAMPLE = 'examples/tutorial/src';

it('the tutorial prints exactly the files of examples/tutorial', () => {
  const printed = new Map(
    filesBelow('docs/tutorial', '.md')
      .flatMap(snippetModules)
      .map(({ path, code }) => [posix.basename(path), withoutBlankLines(code.replace(/^export \{\};$/m, ''))]),
  );
  for (const path of filesBelow(EXAMPLE, '.ts')) {
    expect(printed.get(posix.basename(path)), path).toBe(withoutBlankLines(read(path)));
  }
});

function withoutBlankLines(code: string): string {
  return code.replace(/^\s*\n/gm, '').trim();
}
