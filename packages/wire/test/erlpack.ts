import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Discord's own codec, as far as the tests use it. Only ever given bytes that are whole: it ends the process on others. */
export interface Erlpack {
  pack(value: unknown): Buffer;
  unpack(bytes: Buffer): unknown;
}

/**
 * erlpack, compiled here, as install scripts are off: with the C++ compiler (`CXX`, else g++) and the headers that lie beside this Node.js.
 * Where either is missing, the reason.
 */
export function compileErlpack(): Erlpack | string {
  const require = createRequire(import.meta.url);
  const headers = join(dirname(dirname(process.execPath)), 'include', 'node');
  if (!existsSync(join(headers, 'node.h'))) return `no Node.js headers in ${headers}`;
  const source = join(dirname(require.resolve('erlpack')), 'erlpack.cc');
  const nan = dirname(createRequire(source).resolve('nan/package.json'));
  const built = join(mkdtempSync(join(tmpdir(), 'shardgate-erlpack-')), 'erlpack.node');
  const flags = ['-shared', '-fPIC', '-O2', '-w', '-std=gnu++20', '-DNODE_GYP_MODULE_NAME=erlpack'];
  const compiler = process.env['CXX'] ?? 'g++';
  try {
    execFileSync(compiler, [...flags, `-I${headers}`, `-I${nan}`, source, '-o', built], {
      timeout: 60_000,
      stdio: 'pipe',
    });
  } catch (error) {
    return `${compiler} cannot compile it: ${error instanceof Error ? error.message.split('\n')[0] : 'no reason given'}`;
  }
  const erlpack: unknown = require(built);
  return isErlpack(erlpack) ? erlpack : 'the compiled module has no pack and unpack';
}

function isErlpack(value: unknown): value is Erlpack {
  return typeof value === 'object' && value !== null && 'pack' in value && 'unpack' in value;
}
