import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, without a trailing slash. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Folder names under `packages/`, sorted. */
export const packageFolders: readonly string[] = readdirSync(join(root, 'packages'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

/** Text of a file of the repository. */
export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Every file below `folder` whose name ends so, as sorted paths from the root. A missing folder has none. */
export function filesBelow(folder: string, ending: string): string[] {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true, recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !/(^|\/)(node_modules|dist)\//.test(path))
    .sort();
}

/** The library code: every TypeScript file of every package's `src`. */
export function sourceFiles(): string[] {
  return packageFolders.flatMap((name) => filesBelow(`packages/${name}/src`, '.ts'));
}

/** The tests and what they share. */
export function testFiles(): string[] {
  return [
    ...packageFolders.flatMap((name) => filesBelow(`packages/${name}/test`, '.ts')),
    ...filesBelow('test', '.ts'),
  ];
}

/** What stands at the top level, as git sees it: committed files and new ones, without what is ignored. */
export function topLevel(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return [
    ...new Set(
      listed
        .split('\n')
        .filter(Boolean)
        .map((path) => path.split('/')[0] ?? ''),
    ),
  ].sort();
}

/** TypeScript without its comments; strings keep their text. Good enough to look for names, not a parser. */
export function withoutComments(code: string): string {
  return code.replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (match) =>
    match.startsWith('/') ? '' : match,
  );
}
