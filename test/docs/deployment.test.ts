import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { read } from '../house/repository.ts';

const run = promisify(execFile);
const FILES = ['Dockerfile', 'compose.yaml', 'shardgate.config.js', 'rest.mjs'].map(
  (name) => `examples/container/${name}`,
);
const UNIT = 'examples/systemd/shardgate.service';
const unit = read(UNIT);
const compose = read('examples/container/compose.yaml');

/** Default of `stopDeadlineMs`, seconds. */
const STOP_DEADLINE_S = 20;

/** Values of a setting of the unit, in order. */
const settings = (name: string): string[] =>
  unit
    .split('\n')
    .filter((line) => line.startsWith(`${name}=`))
    .map((line) => line.slice(name.length + 1));

/** The lines of one service of the compose file. */
function service(name: string): string {
  const [, body = ''] = new RegExp(`^  ${name}:\\n((?:    .*\\n|\\n)+)`, 'm').exec(compose) ?? [];
  return body;
}

describe('the examples of deployment', () => {
  it('name settings that exist', () => {
    const used = [...FILES, UNIT].flatMap((path) => read(path).match(/SHARDGATE_[A-Z]\w*/g) ?? []);
    const names = [...new Set(used.map((name) => name.replace(/_FILE$/, '')))].sort();
    expect(names).toEqual([
      'SHARDGATE_ADMIN_ALLOWED_HOSTS',
      'SHARDGATE_ADMIN_HOST',
      'SHARDGATE_ADMIN_PORT',
      'SHARDGATE_ADMIN_SECRET_KEY',
      'SHARDGATE_FOLDER',
      'SHARDGATE_LOG_FORMAT',
      'SHARDGATE_REST_SECRET_KEY',
      'SHARDGATE_REST_URL',
    ]);
    if (!existsSync('docs/configuration.md')) return;
    const page = read('docs/configuration.md');
    expect(names.filter((name) => !page.includes(name))).toEqual([]);
  });

  it('hand secrets over as files only', () => {
    for (const path of [...FILES, UNIT]) {
      expect(read(path), path).not.toMatch(/^\s*(-e |Environment=)?\w*(TOKEN|SECRET_KEY)[=:]\s*\S/m);
    }
  });

  it('give a stop more time than its deadline', () => {
    expect(Number(settings('TimeoutStopSec')[0])).toBeGreaterThan(STOP_DEADLINE_S);
    expect(Number(/stop_grace_period: (\d+)s/.exec(service('shardgate'))?.[1])).toBeGreaterThan(STOP_DEADLINE_S);
    expect(settings('KillSignal')).toEqual(['SIGTERM']);
  });

  it('keep the state where it outlives the process', () => {
    expect(settings('StateDirectory')).toEqual(['shardgate']);
    expect(settings('Environment')).toContain('SHARDGATE_FOLDER=/var/lib/shardgate');
    expect(service('shardgate')).toContain('- state:/var/lib/shardgate\n');
  });

  it('publish nothing beyond this machine', () => {
    expect(compose.match(/ports: .*/g)).toEqual(["ports: ['127.0.0.1:7901:7901']"]);
  });

  it('start no broker before there is a use for it', () => {
    for (const name of ['rabbitmq', 'redis', 'postgresql']) expect(service(name), name).toContain('profiles: [later]');
    expect(service('shardgate')).not.toMatch(/rabbitmq|redis|postgresql/);
  });

  it('have every secret that a service reads', () => {
    const declared = [...(/^secrets:\n((?: {2}.*\n?)+)/m.exec(compose)?.[1] ?? '').matchAll(/^ {2}(\w+):/gm)].map(
      ([, name]) => name,
    );
    const mentioned = [
      ...FILES.map(read)
        .join('\n')
        .matchAll(/\/run\/secrets\/(\w+)/g),
    ].map(([, name]) => name);
    expect(declared).toEqual(expect.arrayContaining(mentioned));
  });

  it('are a unit that systemd takes, and that leaves it little to do harm with', async ({ skip }) => {
    try {
      await run('systemd-analyze', ['--version']);
    } catch {
      skip('systemd-analyze is not installed');
    }
    const folder = await mkdtemp(join(tmpdir(), 'shardgate-unit-'));
    try {
      const file = join(folder, 'shardgate.service');
      await writeFile(file, unit.replace('/usr/bin/node', process.execPath));
      const { stdout, stderr } = await run('systemd-analyze', ['verify', file]);
      expect(stdout + stderr).toBe('');
      // 0 to 100; a service without any of these settings has 96.
      await run('systemd-analyze', ['security', '--offline=true', '--threshold=20', file]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
