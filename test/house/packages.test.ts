import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageFolders, read, root } from './repository.ts';

const run = promisify(execFile);
const { packageManager } = JSON.parse(read('package.json')) as { packageManager: string };

/** Runs a tool of the workspace; what it prints is the failure's message. */
async function tool(name: string, ...parameters: string[]): Promise<string> {
  try {
    const { stdout } = await run(join(root, 'node_modules/.bin', name), parameters, { cwd: root });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${name} ${parameters.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

describe('the packages as they would be published', () => {
  let folder = '';
  let tarballs: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shardgate-packages-'));
    // The package is named in full: a test run that npx itself started hands its own `--package` down.
    const pnpm = ['--yes', '--package', packageManager, '--', 'pnpm'];
    await run('npx', [...pnpm, '--filter', './packages/*', 'pack', '--pack-destination', folder], { cwd: root });
    tarballs = (await readdir(folder)).filter((name) => name.endsWith('.tgz')).map((name) => join(folder, name));
  }, 120_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const tarballOf = (name: string): string => {
    const { name: published } = JSON.parse(read(`packages/${name}/package.json`)) as { name: string };
    const start = `${published.replace('@', '').replace('/', '-')}-`;
    const found = tarballs.find((path) => /^\d/.test(path.slice(folder.length + 1).split(start)[1] ?? ''));
    if (found === undefined) throw new Error(`no tarball of ${published} in ${tarballs.join(', ')}`);
    return found;
  };

  it.each(packageFolders)('%s satisfies publint', async (name) => {
    await tool('publint', 'run', tarballOf(name), '--strict');
  });

  it.each(packageFolders)('%s gives its types to every ESM resolver', { timeout: 60_000 }, async (name) => {
    await tool('attw', tarballOf(name), '--profile', 'esm-only', '--no-emoji');
  });

  it.each(packageFolders)('%s carries its licence and page, and neither tests nor build state', async (name) => {
    const { stdout } = await run('tar', ['-tzf', tarballOf(name)]);
    const files = stdout.trim().split('\n');
    const { exports } = JSON.parse(read(`packages/${name}/package.json`)) as {
      exports: Record<string, { types?: string }>;
    };
    const types = Object.values(exports).flatMap((entry) => entry.types?.replace('./', 'package/') ?? []);
    expect(types).not.toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['package/LICENSE', 'package/README.md', ...types]));
    expect(files.filter((path) => /(^package\/test\/|\.tsbuildinfo$|\.test\.)/.test(path))).toEqual([]);
  });
});
