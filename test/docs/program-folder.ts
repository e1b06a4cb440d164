import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../house/repository.ts';

/** Modules written out so that Node can run them. */
export interface ProgramFolder {
  /** Path of one of the modules, by the name it was given. */
  readonly path: (name: string) => string;
  readonly remove: () => Promise<void>;
}

/** Writes TypeScript modules as JavaScript into a folder of the workspace, where they see the built packages. */
export async function writeProgram(modules: Readonly<Record<string, string>>): Promise<ProgramFolder> {
  const parent = join(root, 'test/docs/.snippets');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'program-'));
  const path = (name: string): string => join(folder, name.replace(/\.ts$/, '.js'));
  for (const [name, code] of Object.entries(modules)) await writeFile(path(name), toJavaScript(code));
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}

function toJavaScript(code: string): string {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  });
  return outputText.replaceAll(/'(\.\/[\w-]+)\.ts'/g, "'$1.js'");
}
