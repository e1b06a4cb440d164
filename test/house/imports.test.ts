import { describe, expect, it } from 'vitest';
import { allImports, circles, folderOf, target } from './imports.ts';
import { packageFolders, read } from './repository.ts';

const imports = allImports();
const folder = (path: string): string => path.split('/')[1] ?? '';

/** The table "The packages" of docs/architecture.md: package folder and the folders it may import. */
function allowed(): Map<string, { folders: Set<string>; typesOnly: Set<string> }> {
  const rows = new Map<string, { folders: Set<string>; typesOnly: Set<string> }>();
  const section =
    read('docs/architecture.md')
      .split(/^## /m)
      .find((part) => part.startsWith('The packages')) ?? '';
  for (const line of section.split('\n').filter((text) => text.startsWith('| `'))) {
    const [name = '', , may = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    const own = folderOf(name.replaceAll('`', ''));
    if (own === undefined) throw new Error(`docs/architecture.md names a package that is not there: ${name}`);
    const entries = may === 'none' ? [] : may.split(',').map((entry) => entry.trim());
    rows.set(own, {
      folders: new Set(entries.map((entry) => entry.replace(' (types)', ''))),
      typesOnly: new Set(
        entries.filter((entry) => entry.endsWith('(types)')).map((entry) => entry.replace(' (types)', '')),
      ),
    });
  }
  return rows;
}

describe('imports', () => {
  it('every package has a row in the table of docs/architecture.md', () => {
    expect([...allowed().keys()].sort()).toEqual(packageFolders);
  });

  it('a package imports only the packages its row allows', () => {
    const table = allowed();
    const forbidden = imports.filter((statement) => {
      const used = /^(@shardgate\/[^/]+|shardgate)(\/|$)/.exec(statement.specifier)?.[1];
      if (used === undefined) return false;
      const row = table.get(folder(statement.from));
      const usedFolder = folderOf(used) ?? used;
      return !row?.folders.has(usedFolder) || (row.typesOnly.has(usedFolder) && !statement.typeOnly);
    });
    expect(forbidden).toEqual([]);
  });

  it('a package declares exactly the workspace packages it imports', () => {
    for (const name of packageFolders) {
      const manifest = JSON.parse(read(`packages/${name}/package.json`)) as { dependencies?: Record<string, string> };
      const declared = Object.keys(manifest.dependencies ?? {}).flatMap((dependency) => folderOf(dependency) ?? []);
      const used = imports
        .filter((statement) => folder(statement.from) === name)
        .flatMap((statement) => folderOf(statement.specifier) ?? []);
      expect([...new Set(declared)].sort(), name).toEqual([...new Set(used)].sort());
    }
  });

  it('a package reaches another only by its name, never by a path', () => {
    expect(
      imports.filter((statement) => folder(target(statement) ?? statement.from) !== folder(statement.from)),
    ).toEqual([]);
  });

  it('relative imports name a .ts file', () => {
    expect(
      imports.filter((statement) => statement.specifier.startsWith('.') && !statement.specifier.endsWith('.ts')),
    ).toEqual([]);
  });

  it('no files import each other in a circle, types included', () => {
    const graph = new Map<string, Set<string>>();
    for (const statement of imports) {
      const to = target(statement);
      if (to !== undefined) graph.set(statement.from, (graph.get(statement.from) ?? new Set()).add(to));
    }
    expect(circles(graph).map((circle) => circle.join(' -> '))).toEqual([]);
  });
});
