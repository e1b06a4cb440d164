import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileAddon } from './compile-addon.ts';

const require = createRequire(import.meta.url);

/** Why a native package is not there; undefined where it is. */
export interface Addons {
  readonly zlibSync: string | undefined;
  readonly erlpack: string | undefined;
}

export function buildAddons(): Addons {
  const zlibSync = dirname(require.resolve('zlib-sync/package.json'));
  const erlpack = dirname(require.resolve('erlpack/package.json'));
  const zlib = ['adler32', 'crc32', 'inffast', 'inflate', 'inftrees', 'zutil'];
  return {
    zlibSync: compileAddon({
      name: 'zlib_sync',
      folder: zlibSync,
      sources: ['src/zlib_sync.cc', ...zlib.map((name) => `deps/zlib/${name}.c`)],
      includes: ['deps/zlib', 'deps/config'],
    }),
    erlpack: compileAddon({ name: 'erlpack', folder: erlpack, sources: ['js/erlpack.cc'], includes: [] }),
  };
}
