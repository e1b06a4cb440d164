import { join, relative } from 'node:path';
import ts from 'typescript';
import { root } from '../house/repository.ts';

/** A module that exists only in memory: its path from the root and its text. */
export interface VirtualModule {
  readonly path: string;
  readonly code: string;
}

/** One complaint of the compiler; line counted from 0, -1 when it is about no line. */
export interface Complaint {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** The workspace's own strictness, less what a snippet cannot fulfil (unused names, declarations of its own). */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitOverride: true,
  noFallthroughCasesInSwitch: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
};

/** Type-checks modules in memory against the built packages and returns what the compiler says about them. */
export function compile(modules: readonly VirtualModule[]): Complaint[] {
  const texts = new Map(modules.map(({ path, code }) => [join(root, path), code]));
  const disk = ts.createCompilerHost(OPTIONS);
  const host: ts.CompilerHost = {
    ...disk,
    getCurrentDirectory: () => root,
    fileExists: (name) => texts.has(name) || disk.fileExists(name),
    readFile: (name) => texts.get(name) ?? disk.readFile(name),
    directoryExists: (name) =>
      [...texts.keys()].some((path) => path.startsWith(`${name}/`)) || (disk.directoryExists?.(name) ?? true),
    getSourceFile: (name, options, ...rest) => {
      const text = texts.get(name);
      return text === undefined
        ? disk.getSourceFile(name, options, ...rest)
        : ts.createSourceFile(name, text, options, true);
    },
  };
  const program = ts.createProgram({ rootNames: [...texts.keys()], options: OPTIONS, host });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => ({
    path: file === undefined ? '' : relative(root, file.fileName),
    line: file === undefined || start === undefined ? -1 : file.getLineAndCharacterOfPosition(start).line,
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }));
}
