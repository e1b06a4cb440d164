import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configurationLeaves, describePartLists } from '../src/configuration/describe-configuration.ts';
import { loadConfiguration } from '../src/configuration/load-configuration.ts';
import { configurationExample } from '../src/configuration/pages/configuration-example.ts';
import { configurationPage } from '../src/configuration/pages/configuration-page.ts';
import { profiles } from '../src/configuration/profiles/profile-layer.ts';
import { folderWith, load, TOKEN } from './configuration-folder.ts';

const root = join(import.meta.dirname, '../../..');
const EXAMPLE = 'examples/configuration/shardgate.config.ts';
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('docs/configuration.md', () => {
  it('is as the schema says (`shardgate config docs --output docs/configuration.md` writes it)', () => {
    expect(read('docs/configuration.md')).toBe(configurationPage());
  });

  it('has every setting with its variables and flag, everything a sink or store may have, and every entry of a profile', () => {
    const page = configurationPage();
    for (const { path, variables, flag, description } of configurationLeaves())
      for (const part of [`\`${path}\``, ...variables.map((name) => `\`${name}\``), flag ?? '', description])
        expect(page).toContain(part);
    for (const { path } of describePartLists().flatMap(({ types }) => types.flatMap(({ leaves }) => leaves)))
      expect(page).toContain(`\`${path}\``);
    for (const { entries } of profiles) for (const { name } of entries) expect(page).toContain(`\`${name}\``);
  });
});

describe('the example', () => {
  it('is as the schema says (`shardgate config example --output …` writes it)', () => {
    expect(read(EXAMPLE)).toBe(configurationExample());
  });

  it('says the defaults, of every setting', async () => {
    const env = { DISCORD_TOKEN: TOKEN };
    const folder = join(root, 'examples/configuration');
    const { configuration, sources } = await loadConfiguration({ folder, env });
    expect(configuration).toEqual((await load({}, { env })).configuration);
    expect([...sources.keys()].sort()).toEqual(
      configurationLeaves()
        .map(({ path }) => path)
        .sort(),
    );
  });

  it('is right in its comments, too: each commented sink and store is one that can be had', async () => {
    const text = configurationExample().replaceAll(/^( {4}| {6})\/\/ (?=[ {}])/gm, '$1');
    const { configuration } = await load(
      { 'shardgate.config.ts': text },
      {
        env: {
          DISCORD_TOKEN: TOKEN,
          EVENTS_KEY: 'k',
          SIGNING_KEY: 'k',
          RABBITMQ_URL: 'amqp://localhost',
          REDIS_URL: 'redis://localhost',
          NATS_URL: 'nats://localhost',
          POSTGRES_URL: 'postgres://localhost/discord',
        },
      },
    );
    const [sinks, stores] = describePartLists().map(({ types }) => types.map(({ name }) => name));
    expect(configuration.sinks.map(({ type }) => type)).toEqual(sinks);
    expect(configuration.state.stores.map(({ type }) => type)).toEqual(stores);
  });
});

describe('shardgate config', () => {
  // The command as a program, from the built files.
  const module = join(root, 'packages/shardgate/dist/cli/config-command.js');
  const program = `const { configCommand } = await import(${JSON.stringify(module)});
    await configCommand().parseAsync(process.argv.slice(1), { from: 'user' });`;
  const run = (
    words: readonly string[],
    env: Record<string, string>,
  ): { status: number; out: string; error: string } => {
    try {
      const options = { cwd: folderWith(), env, encoding: 'utf8', timeout: 20_000, stdio: 'pipe' } as const;
      const out = execFileSync(process.execPath, ['--input-type=module', '-e', program, '--', ...words], options);
      return { status: 0, out, error: '' };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
      return { status, out: stdout, error: stderr };
    }
  };

  it('print shows what holds and where it comes from, and no secret', () => {
    const env = { DISCORD_TOKEN: TOKEN, SHARDGATE_SHARDS_TOTAL: '4', SHARDGATE_ADMIN_SECRET_KEY: 'planted-key' };
    const { status, out } = run(['print', '--log-level', 'debug'], env);
    expect(status).toBe(0);
    expect(out).toContain('token = "(hidden)"  (environment: DISCORD_TOKEN)\n');
    expect(out).toContain('shards.total = 4  (environment: SHARDGATE_SHARDS_TOTAL)\n');
    expect(out).toContain('log.level = "debug"  (flag --log-level)\n');
    expect(out).not.toMatch(new RegExp(`${TOKEN}|planted`));
    const json = JSON.parse(run(['print', '--json'], env).out) as { configuration: object };
    expect(json.configuration).toMatchObject({
      token: '(hidden)',
      admin: { secretKey: '(hidden)' },
      shards: { total: 4 },
    });
    expect(JSON.stringify(json)).not.toMatch(new RegExp(`${TOKEN}|planted`));
  });

  it('print takes a profile with its arguments, and says what has no effect', () => {
    const words = ['print', '--profile', 'tatsu', '--', '-token', TOKEN, '-shards', '16', '-etcd', 'localhost:2379'];
    const { out } = run(words, {});
    expect(out).toContain('shards.total = 16  (flag -shards)\n');
    expect(out).toContain('warn: -etcd is not yet: needs the fleet\n');
    expect(out).not.toContain(TOKEN);
  });

  it('print ends with 2 and all mistakes on the error stream', () => {
    const { status, out, error } = run(['print', '--shards-total', 'many'], {});
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(error).toMatch(/2 mistakes:\n {2}token: .*\n {2}shards.total: /);
  });

  it('docs and example write the page and the file', () => {
    expect(run(['docs'], {}).out).toBe(configurationPage());
    expect(run(['example'], {}).out).toBe(configurationExample());
  });
});
