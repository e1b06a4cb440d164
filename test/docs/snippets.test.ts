import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageFolders, read, root } from '../house/repository.ts';
import { compile } from './compile.ts';
import { blocksOf, pages, snippetModules } from './pages.ts';

const shellLines = pages
  .flatMap(blocksOf)
  .filter(({ language }) => ['sh', 'bash', 'shell'].includes(language))
  .flatMap(({ page, line, code }) =>
    code
      .split('\n')
      .map((text, index) => ({ place: `${page}:${line + index}`, command: text.replace(/\s+#.*$/, '').trim() })),
  );

describe('the code on our pages', () => {
  it('every ts block compiles as strictly as the packages', { timeout: 120_000 }, () => {
    const modules = pages.flatMap(snippetModules);
    expect(modules.length).toBeGreaterThan(0);
    const complaints = compile(modules).map(({ path, line, message }) => {
      const origin = modules.find((module) => module.path === path)?.origins[line];
      return `${origin ?? path}: ${message}`;
    });
    expect(complaints).toEqual([]);
  });

  it('every block says its language', () => {
    expect(
      pages
        .flatMap(blocksOf)
        .filter(({ language }) => language === '')
        .map(({ page, line }) => `${page}:${line}`),
    ).toEqual([]);
  });

  it('every npm and pnpm command names a script that exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const example = JSON.parse(read('examples/tutorial/package.json')) as { scripts?: Record<string, string> };
    const known = new Set([...Object.keys(scripts), ...Object.keys(example.scripts ?? {})]);
    const unknown = shellLines.filter(({ command }) => {
      const [, script] = /^(?:npx --yes )?p?npm (?:--\S+ )*(?:run )?(start|test|(?<=run )\S+)/.exec(command) ?? [];
      return script !== undefined && !known.has(script);
    });
    expect(unknown).toEqual([]);
  });

  it('every npm install names packages we publish or use', () => {
    const manifests = ['package.json', ...packageFolders.map((name) => `packages/${name}/package.json`)].map(
      (path) => JSON.parse(read(path)) as Record<'name', string> & Record<string, Record<string, string>>,
    );
    const known = new Set(
      manifests.flatMap((manifest) => [
        manifest.name,
        ...Object.keys(manifest['dependencies'] ?? {}),
        ...Object.keys(manifest['devDependencies'] ?? {}),
      ]),
    );
    const unknown = shellLines.filter(({ command }) => {
      const [, names] = /^npm (?:install|i|add) (.+)$/.exec(command) ?? [];
      return names?.split(/\s+/).some((name) => !name.startsWith('-') && !known.has(name.replace(/(?<=.)@[^/]*$/, '')));
    });
    expect(unknown).toEqual([]);
  });

  it('every npx shardgate command is one the process knows', () => {
    const commands = shellLines.flatMap(({ place, command }) => {
      const [, name] = /^npx (?:--yes )?shardgate\s+([a-z-]+)/.exec(command) ?? [];
      return name === undefined ? [] : [{ place, name }];
    });
    if (commands.length === 0) return;
    const { bin = {} } = JSON.parse(read('packages/shardgate/package.json')) as { bin?: Record<string, string> };
    const program = join(root, 'packages/shardgate', bin['shardgate'] ?? 'there is no bin');
    expect(existsSync(program), `${program}, which ${commands[0]?.place} calls`).toBe(true);
    const help = execFileSync(process.execPath, [program, '--help'], { encoding: 'utf8', timeout: 20_000 });
    expect(commands.filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(help))).toEqual([]);
  });
});
