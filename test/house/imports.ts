import { posix } from 'node:path';
import { packageFolders, read, sourceFiles, withoutComments } from './repository.ts';

/** One import or re-export. */
export interface Import {
  /** The file it stands in, from the root. */
  readonly from: string;
  /** As written: `./shard.ts`, `@shardgate/wire`, `node:fs`. */
  readonly specifier: string;
  /** Gone after compilation (`import type`, `export type`). */
  readonly typeOnly: boolean;
}

const STATEMENT =
  /\b(?:import|export)\s+(type\s)?(?:[\w*\s{},$]+?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** Every import of every source file. */
export function allImports(): Import[] {
  return sourceFiles().flatMap((from) =>
    [...withoutComments(read(from)).matchAll(STATEMENT)].map((match) => ({
      from,
      specifier: match[2] ?? match[3] ?? '',
      typeOnly: match[1] !== undefined,
    })),
  );
}

/** The file a relative import names, from the root; undefined for packages. */
export function target(statement: Import): string | undefined {
  if (!statement.specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(statement.from), statement.specifier);
}

/** Folder name of each published name: `@shardgate/wire` is `wire`. */
export function folderOf(packageName: string): string | undefined {
  // Also of a subpath: `@shardgate/brokers/amqp`.
  const [name] = packageName.replace(/^@shardgate\//, '').split('/');
  return packageFolders.find((folder) => folder === name);
}

/** The circles in a graph, each once, as the list of its members in order. */
export function circles(graph: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): void => {
    const start = path.indexOf(node);
    if (start >= 0) {
      found.push(path.slice(start));
      return;
    }
    if (done.has(node)) return;
    path.push(node);
    for (const next of graph.get(node) ?? []) visit(next);
    path.pop();
    done.add(node);
  };
  for (const node of graph.keys()) visit(node);
  return found;
}
