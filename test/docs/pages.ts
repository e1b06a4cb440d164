import { posix } from 'node:path';
import { filesBelow, packageFolders, read } from '../house/repository.ts';

/** One fenced block of a page. */
export interface Block {
  /** The page, from the root. */
  readonly page: string;
  /** Line of the block's first line of code, counted from 1. */
  readonly line: number;
  /** The word after the fence: `ts`, `sh`, `text`. */
  readonly language: string;
  readonly code: string;
  /** What the comment `<!-- snippet: … -->` on the line above says; undefined without one. */
  readonly mark: string | undefined;
}

/** One module made of the TypeScript blocks that belong together. */
export interface SnippetModule {
  /** Where it would stand, from the root. */
  readonly path: string;
  readonly code: string;
  /** For each line of `code` the page and line it was written at. */
  readonly origins: readonly string[];
}

/** Where the modules would stand: inside `test/docs`, so that they see what the workspace's root has installed. */
const SNIPPETS = 'test/docs/.snippets';

/** Every page a user reads. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...filesBelow('docs', '.md').filter((path) => !path.startsWith('docs/reference/')),
  ...packageFolders.flatMap((name) => filesBelow(`packages/${name}`, '.md')),
  ...filesBelow('examples', '.md'),
];

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  const lines = read(page).split('\n');
  let open: { language: string; line: number; mark: string | undefined; code: string[] } | undefined;
  lines.forEach((text, index) => {
    const [, fence] = /^\s*```(\S*)\s*$/.exec(text) ?? [];
    if (fence === undefined) {
      open?.code.push(text);
    } else if (open === undefined) {
      const above = lines.slice(0, index).findLast((line) => line.trim() !== '');
      const mark = /^\s*<!-- snippet: (.+?) -->$/.exec(above ?? '')?.[1];
      open = { language: fence, line: index + 2, mark, code: [] };
    } else {
      blocks.push({ page, line: open.line, language: open.language, mark: open.mark, code: open.code.join('\n') });
      open = undefined;
    }
  });
  if (open !== undefined) throw new Error(`${page}:${open.line} opens a block that never ends`);
  return blocks;
}

/**
 * The modules a page's `ts` blocks make: all unmarked blocks are one module, in order; blocks marked with the same file name
 * (`<!-- snippet: file gateway.ts -->`) are another, which every module of the folder's pages may import; a block marked
 * `<!-- snippet: alone -->` is one of its own.
 */
export function snippetModules(page: string): SnippetModule[] {
  const modules = new Map<string, { code: string[]; origins: string[] }>();
  for (const block of blocksOf(page).filter(({ language }) => language === 'ts')) {
    const name = moduleName(block);
    const module = modules.get(name) ?? { code: [], origins: [] };
    block.code.split('\n').forEach((text, index) => {
      module.code.push(text);
      module.origins.push(`${page}:${block.line + index}`);
    });
    modules.set(name, module);
  }
  return [...modules].map(([name, { code, origins }]) => ({
    path: posix.join(SNIPPETS, posix.dirname(page), name),
    // Makes a module of a snippet without imports, so that two pages' names do not meet.
    code: `${code.join('\n')}\nexport {};\n`,
    origins,
  }));
}

function moduleName({ page, line, mark }: Block): string {
  const own = posix.basename(page, '.md');
  if (mark === undefined) return `${own}.page.ts`;
  if (mark === 'alone') return `${own}.line-${line}.ts`;
  const [, file] = /^file ([\w-]+\.ts)$/.exec(mark) ?? [];
  if (file === undefined) throw new Error(`${page}:${line} has a mark nobody knows: ${mark}`);
  return file;
}
