import { describe, expect, it } from 'vitest';
import { packageFolders, read, sourceFiles, testFiles, topLevel, withoutComments } from './repository.ts';

const HARD_LIMIT = 400;

const TOP_LEVEL = [
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'docs',
  'examples',
  'package.json',
  'packages',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'test',
  'tsconfig.base.json',
  'typedoc.json',
  'vitest.config.ts',
];

/** Where the clock, the timers and chance may be touched: the ports' own files, and the process, which is no library. */
const PORT = /\/(ports\/[^/]+|([^/]+-)?clock|random)\.ts$|^packages\/shardgate\//;

describe('files', () => {
  it(`no source or test file is longer than ${HARD_LIMIT} lines`, () => {
    const long = [...sourceFiles(), ...testFiles()]
      .map((path) => ({ path, lines: read(path).trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > HARD_LIMIT);
    expect(long).toEqual([]);
  });

  it('no file hides behind a name that says nothing', () => {
    const nameless = /(^|\/)(utils?|helpers?|common|misc|shared)(\.|\/)/;
    expect([...sourceFiles(), ...testFiles()].filter((path) => nameless.test(path))).toEqual([]);
  });

  it('files are named in kebab-case', () => {
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z-]+)*\.ts$/;
    expect([...sourceFiles(), ...testFiles()].filter((path) => !kebab.test(path.split('/').at(-1) ?? ''))).toEqual([]);
  });

  it('an index.ts only re-exports', () => {
    const reExport = /^\s*export\s+(type\s+)?(\*(\s+as\s+\w+)?|\{[^}]*\})\s*(from\s*'[^']+')?\s*;/;
    for (const path of sourceFiles().filter((file) => file.endsWith('/index.ts'))) {
      let rest = withoutComments(read(path));
      while (reExport.test(rest)) rest = rest.replace(reExport, '');
      expect(rest.trim(), path).toBe('');
    }
  });

  it('the top level holds exactly what the architecture page lists', () => {
    expect(topLevel().filter((name) => !name.startsWith('.'))).toEqual(TOP_LEVEL);
  });

  it('time and chance are touched only in the port files', () => {
    const forbidden = /\b(Date\.now|Math\.random|performance\.now|setTimeout|setInterval|setImmediate)\s*\(/;
    const offending = sourceFiles().filter((path) => !PORT.test(path) && forbidden.test(withoutComments(read(path))));
    expect(offending).toEqual([]);
  });

  it('every package has a page of its own', () => {
    for (const name of packageFolders) expect(read(`packages/${name}/README.md`).length, name).toBeGreaterThan(200);
  });

  it('every package says the same Node and licence', () => {
    for (const name of packageFolders) {
      const manifest = JSON.parse(read(`packages/${name}/package.json`)) as Record<string, unknown>;
      expect(manifest, name).toMatchObject({ license: 'MIT', type: 'module', engines: { node: '>=20.19' } });
      expect(manifest['scripts'], `${name} runs nothing at install`).toBeUndefined();
    }
  });
});
