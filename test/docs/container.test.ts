import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read, root } from '../house/repository.ts';
import { execForm, readDockerfile } from './dockerfile.ts';
import { freePort } from '../beds/free-port.ts';

const run = promisify(execFile);
const { before, stages } = readDockerfile(read('examples/container/Dockerfile'));
const manifest = JSON.parse(read('package.json')) as { packageManager: string; scripts: Record<string, string> };
const compose = read('examples/container/compose.yaml');

const stage = (name: string) => {
  const found = stages.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the Dockerfile has no stage "${name}"`);
  return found;
};
const texts = (name: string, word: string): string[] =>
  stage(name)
    .instructions.filter((instruction) => instruction.word === word)
    .map(({ text }) => text);
const only = (name: string, word: string): string => {
  const [text, ...others] = texts(name, word);
  if (text === undefined || others.length > 0) throw new Error(`stage "${name}" has not one ${word}`);
  return text;
};

/** Exit code of a program. */
async function exitCode(command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number | null> {
  const [file = '', ...parameters] = command;
  const child = spawn(file === 'node' ? process.execPath : file, parameters, { env: { ...process.env, ...env } });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

describe('the image, as far as it goes without an engine', () => {
  let folder = '';
  let app = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shardgate-image-'));
    app = join(folder, 'app');
    const [setup = '', ...steps] = texts('from-clone', 'RUN');
    // The workspace in which this test runs is what that step makes.
    const script = /^npx --yes (\S+) run (\S+)$/.exec(setup) ?? [];
    expect(script[1]).toBe(manifest.packageManager);
    expect(Object.keys(manifest.scripts)).toContain(script[2]);
    for (const step of steps) {
      // Without `--package` in full, npx takes that of a run around it.
      const command = step.replaceAll('/app', app).replace(/^npx --yes (pnpm@\S+)/, 'npx --yes --package $1 -- pnpm');
      await run('sh', ['-ec', command], { cwd: root });
    }
  }, 180_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('starts the version that was built, from a folder of its own', async () => {
    const [node, program = '', ...others] = execForm(only('', 'ENTRYPOINT'));
    expect([node, others]).toEqual(['node', []]);
    const { stdout } = await run(process.execPath, [program.replace('/app', app), '--version'], { cwd: folder });
    const { version } = JSON.parse(read('packages/shardgate/package.json')) as { version: string };
    expect(stdout.trim()).toBe(version);
  });

  it('holds nothing that only tests need, and no link out of itself', async () => {
    const { stdout: names } = await run('find', [join(app, 'node_modules/.pnpm'), '-maxdepth', '1', '-printf', '%f\n']);
    expect(
      names.split('\n').filter((name) => /^(vitest|typescript|playwright-core|esbuild|axe-core)@/.test(name)),
    ).toEqual([]);
    const { stdout: links } = await run('find', [app, '-type', 'l', '-lname', '/*']);
    expect(links).toBe('');
  });

  it('is well when /healthz says so, and not when it does not or nobody answers', async () => {
    const check = execForm(only('', 'HEALTHCHECK'));
    let status = 200;
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const env = { SHARDGATE_ADMIN_PORT: String((server.address() as AddressInfo).port) };
    expect(await exitCode(check, env)).toBe(0);
    status = 503;
    expect(await exitCode(check, env)).toBe(1);
    await new Promise((resolve) => server.close(resolve));
    expect(await exitCode(check, env)).toBe(1);
    expect(seen).toEqual(['/healthz', '/healthz']);
  });

  it('runs the REST process of the compose file, which says that it is well and ends on SIGTERM', async () => {
    const port = await freePort();
    const secrets = join(folder, 'secrets');
    await mkdir(secrets);
    await writeFile(join(secrets, 'discord_token'), 'a.b.c\n');
    await writeFile(join(secrets, 'rest_key'), 'a-key-of-the-test\n');
    const program = await readFile(join(root, 'examples/container/rest.mjs'), 'utf8');
    const file = join(app, 'rest.mjs');
    await writeFile(file, program.replace('/run/secrets', secrets).replace('8000', String(port)));
    const child = spawn(process.execPath, [file], { stdio: 'inherit' });
    const [, script] = /^ +"(fetch\('http:\/\/127\.0\.0\.1:8000\/.+)",$/m.exec(compose) ?? [];
    if (script === undefined) throw new Error('compose.yaml has no health check of the REST process');
    const check = ['node', '-e', script.replace('8000', String(port))];
    const deadline = performance.now() + 20_000;
    while ((await exitCode(check)) !== 0) {
      expect(performance.now(), 'the REST process should answer').toBeLessThan(deadline);
    }
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('runs as a user without rights, keeps its state in the one folder, and has the same Node everywhere', () => {
    expect(before.find(({ text }) => text.startsWith('NODE='))?.text).toBe('NODE=node:22-bookworm-slim');
    expect(only('', 'USER')).toBe('10001:10001');
    expect(only('', 'VOLUME')).toBe('/var/lib/shardgate');
    expect(only('', 'ENV')).toContain('SHARDGATE_FOLDER=/var/lib/shardgate');
    expect(only('', 'STOPSIGNAL')).toBe('SIGTERM');
    expect(only('', 'CMD')).toBe('["start"]');
    expect(stages.map(({ base }) => base)).toEqual(['${NODE}', '${NODE}', 'from-${SOURCE}', '${NODE}']);
  });

  it('from npm runs no install script either', () => {
    expect(texts('from-npm', 'RUN')[0]).toMatch(
      /^npm install .*--omit=dev --ignore-scripts .*shardgate@\$\{VERSION\}$/,
    );
  });
});
