import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configurationLeaves } from '../src/configuration/describe-configuration.ts';
import { sinkTypes } from '../src/configuration/schema/sinks.ts';
import { loadConfiguration } from '../src/configuration/load-configuration.ts';
import { errorOf, folderWith, load, TOKEN } from './configuration-folder.ts';

/** The one mistake of a configuration file. */
async function mistakeIn(configuration: unknown) {
  const { mistakes } = await errorOf(load({ 'shardgate.config.json': JSON.stringify(configuration) }));
  expect(mistakes).toHaveLength(1);
  return mistakes[0];
}

describe('the mistakes of a configuration', () => {
  it('are told all at once, from all sources, each with path, value, source and what is expected', async () => {
    const error = await errorOf(
      load(
        {
          'shardgate.config.json': JSON.stringify({
            log: { level: 'loud' },
            sahrds: 4,
            sinks: [{ type: 'htpp', name: 'a' }],
          }),
          '.env': 'SHARDGATE_SHARDS_FRIST=1\nSHARDGATE_SHARDS_TOTAL=four\n',
        },
        { env: { SHARDGATE_JOURNAL_MAX_BYTES: '5' }, flags: { adminPort: '70000' } },
      ),
    );
    expect([...error.mistakes].sort((one, other) => one.path.localeCompare(other.path))).toEqual([
      { path: 'admin.port', value: '70000', expected: 'a whole number from 0 to 65535', source: 'flag --admin-port' },
      {
        path: 'journal.maxBytes',
        value: '5',
        expected: 'a whole number of 1048576 or more',
        source: 'environment: SHARDGATE_JOURNAL_MAX_BYTES',
      },
      {
        path: 'log.level',
        value: "'loud'",
        expected: "'fatal', 'error', 'warn', 'info', 'debug', 'trace' or 'silent'",
        source: 'shardgate.config.json',
      },
      {
        path: 'sahrds',
        value: 'not shown',
        expected: "the name of a setting; did you mean 'shards'?",
        source: 'shardgate.config.json',
      },
      {
        path: 'SHARDGATE_SHARDS_FRIST',
        value: 'not shown',
        expected: "the name of a variable; did you mean 'SHARDGATE_SHARDS_FIRST'?",
        source: '.env: SHARDGATE_SHARDS_FRIST',
      },
      {
        path: 'shards.total',
        value: "'four'",
        expected: "'auto' or a whole number of 1 or more",
        source: '.env: SHARDGATE_SHARDS_TOTAL',
      },
      {
        path: 'sinks.0.type',
        value: "'htpp'",
        expected: `a type of sink: ${Object.keys(sinkTypes)
          .map((name) => `'${name}'`)
          .join(', ')}`,
        source: 'shardgate.config.json',
      },
      {
        path: 'token',
        value: 'missing',
        expected: 'a bot token: DISCORD_TOKEN, or a file that holds it in DISCORD_TOKEN_FILE',
        source: 'nowhere given',
      },
    ]);
    for (const { path, expected } of error.mistakes) expect(error.message).toContain(`${path}: expected ${expected}`);
  });

  it.each(['1e3', '0x10', ' 4', '4.5', '4,000', 'NaN', '99999999999999999999', '+4', '٤'])(
    'the number %j of a variable is refused',
    async (text) => {
      const env = { DISCORD_TOKEN: TOKEN, SHARDGATE_SHARDS_FIRST: text };
      expect((await errorOf(load({}, { env }))).mistakes).toMatchObject([{ path: 'shards.first' }]);
    },
  );

  it.each(['yes', 'TRUE', '1', 'on'])('the switch %j of a variable is refused', async (text) => {
    const env = { DISCORD_TOKEN: TOKEN, SHARDGATE_SHARDS_RESUME: text };
    expect((await errorOf(load({}, { env }))).mistakes).toMatchObject([
      { path: 'shards.resume', expected: "'true' or 'false'" },
    ]);
  });

  it.each([
    [{ shards: { total: 4, first: 4 } }, 'shards.first', /less than shards.total, which is 4/],
    [{ shards: { first: 3, last: 2 } }, 'shards.last', /shards.first, which is 3/],
    [{ shards: { total: 4, last: 4 } }, 'shards.last', /the last shard is 3/],
    [{ shards: { encoding: 'etf', compression: 'payload' } }, 'shards.compression', /another than 'payload'/],
    [{ shards: 4 }, 'shards', /an object of settings/],
    [[], 'configuration', /an object of settings/],
    [{ intents: ['Guild'] }, 'intents.0', /the nearest is 'Guilds'/],
    [{ intents: 2 ** 40 }, 'intents', /'default', a bit set of known intents/],
    [{ largeThreshold: 20 }, 'largeThreshold', /from 50 to 250/],
    [{ admin: { host: '0.0.0.0' } }, 'admin.secretKey', /other machines can reach 0.0.0.0/],
    [{ commands: { http: { enabled: true } } }, 'commands.http.secretKey', /a key/],
    [{ sinks: [{ type: 'websocket', name: 'a', host: '::' }] }, 'sinks.0.secretKey', /other machines can reach ::/],
    [{ sinks: [{ type: 'http', name: 'a' }] }, 'sinks.0.url', /either url or urls/],
    [{ sinks: [{ type: 'unix', name: 'a' }] }, 'sinks.0.path', /a text/],
    [{ sinks: [] }, 'sinks', /one sink or more/],
    [{ state: { stores: [] } }, 'state.stores', /one store or more/],
    [{ state: { stores: [{ type: 'lmbd' }] } }, 'state.stores.0.type', /a type of store: 'memory', 'lmdb'/],
    [{ state: { stores: [{ type: 'redis' }] } }, 'state.stores.0.url', /redis:\/\//],
    [
      { state: { stores: [{ type: 'lmdb' }, { type: 'lmdb', path: 'b' }] } },
      'state.stores.1.name',
      /no other store has/,
    ],
    [{ state: { stores: [{ type: 'lmdb', paht: 'x' }] } }, 'state.stores.0.paht', /did you mean 'path'/],
    [{ state: { kinds: { member: 'mine' } } }, 'state.kinds.member', /true, false or 'own'/],
    [{ state: { api: { enabled: true, host: '0.0.0.0' } } }, 'state.api.secretKey', /other machines can reach 0.0.0.0/],
    [
      {
        sinks: [
          { type: 'stdout', name: 'a' },
          { type: 'assyst', name: 'a' },
        ],
      },
      'sinks.1.name',
      /no other sink has/,
    ],
    [
      { sinks: [{ type: 'websocket', name: 'a', pingIntervalMs: 45000 }] },
      'sinks.0.pingIntervalMs',
      /silenceTimeoutMs/,
    ],
    [
      { sinks: [{ type: 'grpc', name: 'a', host: '0.0.0.0', tls: { certFile: 'c', keyFile: 'k' } }] },
      'sinks.0.secretKey',
      /other machines can reach 0.0.0.0/,
    ],
    [{ sinks: [{ type: 'grpc', name: 'a', tls: { certFile: 'c' } }] }, 'sinks.0.tls.keyFile', /a text/],
    [
      { sinks: [{ type: 'grpcPush', name: 'a', address: 'b:1', tls: { certFile: 'c' } }] },
      'sinks.0.tls.keyFile',
      /since there is a certFile/,
    ],
    [{ commands: { grpc: { enabled: true, host: '::' } } }, 'commands.grpc.secretKey', /other machines can reach ::/],
    [{ commands: { grpc: { certFile: 'c' } } }, 'commands.grpc.keyFile', /since there is a certFile/],
    [{ commands: { grpc: { clientCaFile: 'c' } } }, 'commands.grpc.certFile', /since there is a clientCaFile/],
    [{ sinks: [{ type: 'websocket', name: 'a', hots: 'x' }] }, 'sinks.0.hots', /did you mean 'host'/],
    [
      { sinks: [{ type: 'websocket', name: 'a', window: { event: 1 } }] },
      'sinks.0.window.event',
      /did you mean 'events'/,
    ],
    [{ presence: { activities: [{ name: 'a', type: 9 }] } }, 'presence.activities.0.type', /from 0 to 5/],
    [{ events: { ignore: ['typing start'] } }, 'events.ignore.0', /in capitals/],
    [{ apiUrl: 'https://user:pass@discord.com' }, 'apiUrl', /without user name and password/],
    [{ shardsTotal: 4 }, 'shardsTotal', /did you mean 'shards.total'/],
    [{ commands: { htpp: {} } }, 'commands.htpp', /did you mean 'commands.http'/],
  ])('%j is told', async (configuration, path, expected) => {
    expect(await mistakeIn(configuration)).toMatchObject({ path, expected: expect.stringMatching(expected) });
  });

  it('a name such as __proto__ is an unknown one and changes nothing', async () => {
    const text = '{ "__proto__": { "polluted": true }, "shards": { "__proto__": { "total": 4 }, "constructor": 1 } }';
    const { mistakes } = await errorOf(load({ 'shardgate.config.json': text }));
    expect(mistakes.map(({ path }) => path)).toEqual(['__proto__', 'shards.__proto__', 'shards.constructor']);
    expect({}).not.toHaveProperty('polluted');
  });

  it('variables that Kubernetes sets for a service of our name are passed over', async () => {
    const env = {
      DISCORD_TOKEN: TOKEN,
      SHARDGATE_SERVICE_HOST: '10.0.0.1',
      SHARDGATE_SERVICE_PORT_HTTP: '80',
      SHARDGATE_PORT: 'tcp://10.0.0.1:80',
      SHARDGATE_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    await expect(load({}, { env })).resolves.toBeDefined();
  });
});

describe('a configuration file that cannot be read', () => {
  it('is a mistake beside all others, without a word of what is in it', async () => {
    for (const [name, text] of [
      ['shardgate.config.json', `{ "token": "${TOKEN}",, }`],
      ['shardgate.config.ts', `export default { token: '${TOKEN}' oops };`],
      ['shardgate.config.js', `export default { token: '${TOKEN}', x: nobody };`],
    ] as const) {
      const error = await errorOf(load({ [name]: text }, { env: { SHARDGATE_LOG_LEVEL: 'loud' } }));
      expect(error.mistakes.map(({ path }) => path)).toEqual(['configuration file', 'token', 'log.level']);
      expect([error.message, error.stack, JSON.stringify(error)].join()).not.toContain(TOKEN);
    }
  });

  it('is one that is named and is not there', async () => {
    const error = await errorOf(load({}, { file: 'other.ts' }));
    expect(error.mistakes).toMatchObject([
      { path: 'configuration file', expected: 'a file that exists', source: 'other.ts' },
    ]);
  });

  it('are two in one folder, since nobody could say which counts', async () => {
    const error = await errorOf(load({ 'shardgate.config.ts': '', 'shardgate.config.json': '{}' }));
    expect(error.message).toMatch(/shardgate.config.ts and shardgate.config.json/);
  });
});

it('whatever stands in place of a value, its mistake shows no secret', async () => {
  const folder = folderWith();
  const secrets = configurationLeaves().filter(({ isSecret }) => isSecret);
  const planted = 'planted secret';
  const text = fc.string().map((rest) => `${planted}${rest.replaceAll('\0', '')}`);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...secrets), text, async ({ variables }, value) => {
      const env = {
        [variables[0] ?? '']: value,
        SHARDGATE_STATE_STORES: `[{"type":"redis","url":"${planted}"`,
        SHARDGATE_SINKS: `[{"type":"http","name":"a","url":"${planted}","secretKey":"${planted}"`,
      };
      const error = await errorOf(loadConfiguration({ folder, env }));
      expect(`${error.stack} ${JSON.stringify(error.mistakes)}`).not.toContain(planted);
    }),
    { numRuns: 60 },
  );
});
