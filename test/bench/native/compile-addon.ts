import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** A package in C++ that an install script would build; install scripts are off here. */
export interface AddonRecipe {
  /** `zlib_sync` for `zlib_sync.node`. */
  readonly name: string;
  /** The package's folder. */
  readonly folder: string;
  readonly sources: readonly string[];
  /** Beside those of Node.js and nan. */
  readonly includes: readonly string[];
}

/**
 * Builds it where its own install script would put it, once, with the compilers of the machine (`CXX`, `CC`, else g++ and gcc) and the headers beside
 * this Node.js.
 *
 * @returns undefined when it is there, else why it cannot be built
 */
export function compileAddon({ name, folder, sources, includes }: AddonRecipe): string | undefined {
  const target = join(folder, 'build', 'Release', `${name}.node`);
  if (loads(target)) return undefined;
  const headers = join(dirname(dirname(process.execPath)), 'include', 'node');
  if (!existsSync(join(headers, 'node.h'))) return `no Node.js headers in ${headers}`;
  const nan = dirname(createRequire(join(folder, 'package.json')).resolve('nan/package.json'));
  mkdirSync(dirname(target), { recursive: true });
  const objects = mkdtempSync(join(dirname(target), 'objects-'));
  const cxx = process.env['CXX'] ?? 'g++';
  const cc = process.env['CC'] ?? 'gcc';
  const run = (compiler: string, parameters: readonly string[]): void =>
    void execFileSync(compiler, parameters, { cwd: folder, timeout: 120_000, stdio: 'pipe' });
  const paths = includes.map((path) => `-I${path}`);
  try {
    const built = sources.map((source) => {
      const object = join(objects, `${basename(source)}.o`);
      if (source.endsWith('.c')) run(cc, ['-c', '-O3', '-fPIC', '-w', ...paths, source, '-o', object]);
      else {
        const flags = ['-c', '-O3', '-fPIC', '-w', '-std=gnu++20', `-DNODE_GYP_MODULE_NAME=${name}`];
        run(cxx, [...flags, `-I${headers}`, `-I${nan}`, ...paths, source, '-o', object]);
      }
      return object;
    });
    const linked = join(objects, 'linked.node');
    run(cxx, ['-shared', ...built, '-o', linked]);
    renameSync(linked, target);
  } catch (error) {
    return `it cannot be compiled: ${error instanceof Error ? error.message.split('\n')[0] : 'no reason given'}`;
  } finally {
    rmSync(objects, { recursive: true, force: true });
  }
  return loads(target) ? undefined : 'what was built cannot be loaded';
}

/** Built, and for this version of Node.js. */
function loads(path: string): boolean {
  try {
    createRequire(import.meta.url)(path);
    return true;
  } catch {
    return false;
  }
}
