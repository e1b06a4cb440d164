import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { configurationFlags } from '../src/configuration/configuration-flags.ts';
import { loadConfiguration } from '../src/configuration/load-configuration.ts';
import { hideSecrets } from '../src/configuration/protect-secrets.ts';
import { errorOf, folderWith, load, TOKEN } from './configuration-folder.ts';

const KEY = 'planted-key-nobody-may-see';

describe('the sources of a configuration', () => {
  it('a token is all that is needed', async () => {
    const { configuration, sources, notes } = await load({});
    expect(configuration.token).toBe(TOKEN);
    expect([...sources]).toEqual([['token', 'environment: DISCORD_TOKEN']]);
    expect(notes).toEqual([]);
    expect(configuration.sinks).toMatchObject([{ type: 'websocket', name: 'events', host: '127.0.0.1', port: 7900 }]);
    expect(configuration.admin).toMatchObject({ enabled: true, host: '127.0.0.1', port: 7901 });
  });

  it('a flag beats the environment, which beats .env, which beats the file', async () => {
    const file = `export default { shards: { total: 11, first: 1, last: 5, spawnDelayMs: 6000 } };`;
    const { configuration, sources } = await load(
      {
        'shardgate.config.ts': file,
        '.env': 'SHARDGATE_SHARDS_FIRST=2\nSHARDGATE_SHARDS_LAST=6\nSHARDGATE_SHARDS_TOTAL=12\n',
      },
      {
        env: { DISCORD_TOKEN: TOKEN, SHARDGATE_SHARDS_LAST: '7', SHARDGATE_SHARDS_TOTAL: '13' },
        flags: { shardsTotal: '14' },
      },
    );
    expect(configuration.shards).toMatchObject({ total: 14, last: 7, first: 2, spawnDelayMs: 6000 });
    expect(Object.fromEntries(sources)).toMatchObject({
      'shards.total': 'flag --shards-total',
      'shards.last': 'environment: SHARDGATE_SHARDS_LAST',
      'shards.first': '.env: SHARDGATE_SHARDS_FIRST',
      'shards.spawnDelayMs': 'shardgate.config.ts',
    });
  });

  it.each([
    ['shardgate.config.ts', `interface A { a: 1 }\nexport default { log: { level: 'debug' as const } };`],
    ['shardgate.config.js', `export default { log: { level: 'debug' } };`],
    ['shardgate.config.mjs', `export default async () => ({ log: { level: 'debug' } });`],
    ['shardgate.config.cjs', `module.exports = { log: { level: 'debug' } };`],
    ['shardgate.config.json', `{ "log": { "level": "debug" } }`],
  ])('%s is read', async (name, text) => {
    const { configuration, sources } = await load({ [name]: text });
    expect(configuration.log.level).toBe('debug');
    expect(sources.get('log.level')).toBe(name);
  });

  it('a file may import what helps to write it, and be a function of the environment and .env', async () => {
    const file = `import { defineConfiguration, Intents } from 'shardgate';
      export default defineConfiguration(({ env }) => ({ intents: Intents.Guilds, folder: env.STATE, log: { level: env.LEVEL } }));`;
    const { configuration } = await load(
      { 'shardgate.config.ts': file, '.env': 'STATE=/srv/state\nLEVEL=warn\n' },
      { env: { DISCORD_TOKEN: TOKEN, LEVEL: 'error' } },
    );
    expect(configuration).toMatchObject({ intents: 1, folder: '/srv/state', log: { level: 'error' } });
  });

  it('a file that is read again is read anew, with what it imports', async () => {
    const folder = folderWith({
      'shardgate.config.ts': `import { level } from './level.ts'; export default { log: { level } };`,
    });
    const levels: string[] = [];
    for (const level of ['warn', 'debug']) {
      writeFileSync(join(folder, 'level.ts'), `export const level: string = '${level}';`);
      levels.push((await loadConfiguration({ folder, env: { DISCORD_TOKEN: TOKEN } })).configuration.log.level);
    }
    expect(levels).toEqual(['warn', 'debug']);
  });

  it('nothing is read that is not documented, and no copy of a file is left behind', async () => {
    const mark = `key-${Date.now()}`;
    const home = folderWith({ '.shardgaterc': 'log.level=trace' });
    const files = {
      '.shardgaterc': 'log.level=trace',
      'package.json': '{ "shardgate": { "log": { "level": "trace" } } }',
      'shardgate.config.ts': `export default { metrics: { port: 1 }, rest: { secretKey: '${mark}' } };`,
    };
    const folder = folderWith(files);
    mkdirSync(join(folder, '.config'));
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, '.config', 'shardgate.json'), '{ "log": { "level": "trace" } }');
    const before = process.env['HOME'];
    process.env['HOME'] = home;
    try {
      const { configuration } = await loadConfiguration({ folder, env: { DISCORD_TOKEN: TOKEN } });
      expect(configuration.log.level).toBe('info');
      expect(configuration.metrics.port).toBe(1);
    } finally {
      process.env['HOME'] = before;
    }
    expect(existsSync(join(folder, 'node_modules', '.cache'))).toBe(false);
    expect(copiesIn(join(tmpdir(), 'jiti'), mark)).toEqual([]);
  });

  it('.env sets no variable of the process, and its $ stands for itself', async () => {
    const { configuration } = await load({
      '.env': `OTHER=x\nSHARDGATE_REST_SECRET_KEY=a$OTHER\nSHARDGATE_FOLDER=/elsewhere\n`,
    });
    expect(configuration).toMatchObject({ folder: '/elsewhere' });
    expect(configuration.rest.secretKey).toBe('a$OTHER');
    expect(process.env['SHARDGATE_FOLDER']).toBeUndefined();
    expect(globalThis.__c12_dotenv_vars__?.size ?? 0).toBe(0);
  });

  it('an empty variable counts as not given, also before one of .env', async () => {
    const { configuration } = await load(
      { '.env': `DISCORD_TOKEN=${TOKEN}\nSHARDGATE_LOG_LEVEL=warn\n` },
      { env: { DISCORD_TOKEN: '', SHARDGATE_LOG_LEVEL: '', SHARDGATE_SHARDS_TOTAL: '' } },
    );
    expect(configuration).toMatchObject({ log: { level: 'warn' }, shards: { total: 'auto' } });
  });

  it('our own name of a variable beats the other one', async () => {
    const env = { DISCORD_TOKEN: 'other', SHARDGATE_TOKEN: TOKEN, DISCORD_API_URL: 'http://localhost:1/api' };
    const { configuration } = await load({}, { env });
    expect(configuration.token).toBe(TOKEN);
    expect(configuration.apiUrl).toBe('http://localhost:1/api');
  });

  it('variables are read as what their value is', async () => {
    const { configuration } = await load(
      {},
      {
        env: {
          DISCORD_TOKEN: TOKEN,
          SHARDGATE_INTENTS: 'Guilds,GUILD_MESSAGES',
          SHARDGATE_EVENTS_WHITELIST: 'MESSAGE_CREATE, GUILD_CREATE',
          SHARDGATE_SHARDS_RESUME: 'false',
          SHARDGATE_LARGE_THRESHOLD: 'null',
          SHARDGATE_STATUS_MESSAGES_CHANNEL_ID: '123456789012345678',
          SHARDGATE_SINKS: `[{"type":"http","name":"bot","url":"https://bot.example/events","format":"batch"}]`,
          SHARDGATE_PRESENCE_ACTIVITIES: '[{"name":"chess","type":5}]',
        },
      },
    );
    expect(configuration).toMatchObject({
      intents: 513,
      events: { whitelist: ['MESSAGE_CREATE', 'GUILD_CREATE'] },
      shards: { resume: false },
      largeThreshold: null,
      statusMessages: { channelId: '123456789012345678' },
      sinks: [{ type: 'http', name: 'bot', format: 'batch' }],
      presence: { activities: [{ name: 'chess', type: 5 }] },
    });
  });

  it('null in a file is a value, and undefined is none', async () => {
    const file = `export default { events: { whitelist: null }, journal: undefined, sinks: [{ type: 'stdout', name: 'a', events: undefined }] };`;
    const { configuration, sources } = await load({ 'shardgate.config.js': file });
    expect(sources.has('events.whitelist')).toBe(true);
    expect(configuration).toMatchObject({ journal: { enabled: true }, sinks: [{ events: null }] });
  });

  it('flags come from commander as they are, and none takes a secret', async () => {
    const command = configurationFlags(new Command('start')).option('--other');
    command.parse(['--shards-total', '8', '--intents', '513', '--log-level', 'warn', '--other'], { from: 'user' });
    const { configuration } = await load({}, { flags: command.opts() });
    expect(configuration).toMatchObject({ shards: { total: 8 }, intents: 513, log: { level: 'warn' } });
    expect(command.helpInformation()).not.toMatch(/--\S*(token|key|webhook)/);
  });
});

describe('secrets', () => {
  it('come from files, which the variable with _FILE names', async () => {
    const folder = folderWith({ token: `${TOKEN}\n`, key: KEY });
    const env = { DISCORD_TOKEN_FILE: 'token', SHARDGATE_ADMIN_SECRET_KEY_FILE: join(folder, 'key') };
    const { configuration, files } = await loadConfiguration({ folder, env });
    expect([configuration.token, configuration.admin.secretKey]).toEqual([TOKEN, KEY]);
    expect(files).toEqual(expect.arrayContaining([join(folder, 'token'), join(folder, 'key')]));
  });

  it('stand in a configuration file as references to files and variables', async () => {
    const file = `export default {
      token: { file: 'token' }, admin: { secretKey: { env: 'ADMIN_KEY' } },
      sinks: [{ type: 'http', name: 'bot', url: 'https://bot.example', signingKey: { file: 'key' }, secretKey: { env: 'ADMIN_KEY' } }],
    };`;
    const { configuration } = await load(
      { 'shardgate.config.js': file, token: TOKEN, key: `${KEY}\r\n`, '.env': `ADMIN_KEY=${KEY}` },
      { env: {} },
    );
    expect([configuration.token, configuration.admin.secretKey]).toEqual([TOKEN, KEY]);
    expect(configuration.sinks[0]).toHaveProperty('signingKey', KEY);
    expect(configuration.sinks[0]).toHaveProperty('secretKey', KEY);
  });

  it('can be read, and stand in nothing that is printed', async () => {
    const { configuration, ...rest } = await load({
      '.env': `SHARDGATE_ADMIN_SECRET_KEY=${KEY}\nSHARDGATE_STATUS_MESSAGES_WEBHOOK_URL=https://discord.com/api/webhooks/1/${KEY}\n`,
      'shardgate.config.json': JSON.stringify({
        rest: { url: 'http://localhost:1/rest', secretKey: KEY },
        commands: { http: { enabled: true, secretKey: KEY } },
        sinks: [
          { type: 'websocket', name: 'a', secretKey: KEY },
          { type: 'http', name: 'b', url: `https://bot.example/${KEY}`, signingKey: KEY },
          { type: 'http', name: 'c', urls: [`https://bot.example/?key=${KEY}`] },
        ],
      }),
    });
    const hidden = hideSecrets(configuration);
    const shown = [
      inspect(configuration, { depth: 9 }),
      JSON.stringify(configuration),
      JSON.stringify({ ...configuration, sinks: configuration.sinks.map((sink) => ({ ...sink })) }),
      JSON.stringify(hidden),
      inspect(rest, { depth: 9 }),
    ].join('\n');
    expect(shown).not.toMatch(new RegExp(`${TOKEN}|${KEY}`));
    expect(hidden).toMatchObject({
      token: '(hidden)',
      admin: { secretKey: '(hidden)' },
      rest: { url: 'http://localhost:1/rest', secretKey: '(hidden)' },
      sinks: [{ secretKey: '(hidden)' }, { url: 'https://bot.example/…' }, { urls: ['https://bot.example/…'] }],
    });
    expect(configuration.commands.http.secretKey).toBe(KEY);
  });

  it.each([
    ['that is not there', 'DISCORD_TOKEN_FILE', 'nowhere', /a file that can be read; nowhere cannot \(ENOENT\)/],
    ['of two lines', 'DISCORD_TOKEN_FILE', 'two', /a file of one line/],
    ['that is empty', 'DISCORD_TOKEN_FILE', 'empty', /a file of one line/],
  ])('a file %s is a mistake', async (_, name, path, expected) => {
    const folder = folderWith({ two: `${KEY}\n${KEY}`, empty: '' });
    const error = await errorOf(loadConfiguration({ folder, env: { [name]: path } }));
    expect(error.mistakes).toEqual([
      expect.objectContaining({ path: 'token', expected: expect.stringMatching(expected) }),
    ]);
    expect(error.message).not.toContain(KEY);
  });

  it('a secret and its file together are a mistake', async () => {
    const error = await errorOf(load({ token: TOKEN }, { env: { DISCORD_TOKEN: TOKEN, DISCORD_TOKEN_FILE: 'token' } }));
    expect(error.mistakes).toMatchObject([{ path: 'token', expected: 'either DISCORD_TOKEN or DISCORD_TOKEN_FILE' }]);
  });
});

it('nobody can change a loaded configuration', async () => {
  const { configuration } = await load({});
  expect(() => Object.assign(configuration.log, { level: 'trace' })).toThrow(TypeError);
  expect(() => Object.assign(configuration, { token: 'other' })).toThrow(TypeError);
});

/** Files of a folder that hold a text; none where there is no folder. */
function copiesIn(folder: string, text: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => readFileSync(join(folder, name), 'utf8').includes(text));
}
