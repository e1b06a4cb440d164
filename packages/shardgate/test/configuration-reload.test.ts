import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { compareConfigurations } from '../src/configuration/compare-configurations.ts';
import { loadConfiguration } from '../src/configuration/load-configuration.ts';
import { watchConfiguration } from '../src/configuration/watch-configuration.ts';
import type { ConfigurationChange, ConfigurationWatch } from '../src/configuration/watch-configuration.ts';
import { folderWith, load, TOKEN } from './configuration-folder.ts';

describe('two configurations', () => {
  const both = async (before: object, after: object) => {
    const [one, other] = await Promise.all(
      [before, after].map((given) => load({ 'shardgate.config.json': JSON.stringify(given) })),
    );
    if (one === undefined || other === undefined) throw new Error('nothing was loaded');
    return compareConfigurations(one.configuration, other.configuration);
  };

  it('that are the same differ in nothing', async () => {
    const same = { sinks: [{ type: 'websocket', name: 'a', secretKey: 'k', window: { events: 4 } }] };
    expect(await both(same, same)).toEqual({ live: [], restart: [] });
  });

  it('differ in what takes effect at once and what waits for a restart', async () => {
    const after = {
      log: { level: 'debug', format: 'json' },
      events: { whitelist: ['MESSAGE_CREATE'], ignore: ['TYPING_START'] },
      presence: { status: 'idle', activities: [{ name: 'chess', type: 0 }] },
      filters: { loadedGuilds: false },
      statusMessages: { intervalMs: 9000 },
      shards: { total: 9 },
      token: 'another',
    };
    expect(await both({}, after)).toEqual({
      live: [
        'presence.status',
        'presence.activities',
        'filters.loadedGuilds',
        'events.whitelist',
        'events.ignore',
        'log.level',
      ],
      restart: ['shards.total', 'log.format', 'statusMessages.intervalMs'],
    });
  });

  it('of sinks only the choice of events is live; a changed key is seen', async () => {
    const sink = { type: 'websocket', name: 'a', secretKey: 'k' };
    const sinks = (...all: object[]): object => ({ sinks: all });
    expect(await both(sinks(sink), sinks({ ...sink, events: ['READY'], ignoreEvents: ['RESUMED'] }))).toEqual({
      live: ['sinks.a.events', 'sinks.a.ignoreEvents'],
      restart: [],
    });
    expect(await both(sinks(sink), sinks({ ...sink, secretKey: 'other' }))).toEqual({ live: [], restart: ['sinks.a'] });
    const other = { type: 'stdout', name: 'b' };
    expect(await both(sinks(sink), sinks(other))).toEqual({ live: [], restart: ['sinks.b', 'sinks.a'] });
  });

  it('a changed password of a store is seen', async () => {
    const at = (url: string): object => ({ state: { stores: [{ type: 'redis', url }] } });
    expect(await both(at('redis://:a@cache'), at('redis://:a@cache'))).toEqual({ live: [], restart: [] });
    expect(await both(at('redis://:a@cache'), at('redis://:b@cache'))).toEqual({ live: [], restart: ['state.stores'] });
  });
});

describe('a watched configuration', () => {
  let watch: ConfigurationWatch | undefined;

  afterEach(() => watch?.close());

  const start = async (files: Record<string, string>, intervalMs = 60_000) => {
    const folder = folderWith(files);
    const options = { folder, env: { DISCORD_TOKEN_FILE: 'token' } };
    const changes: ConfigurationChange[] = [];
    const errors: unknown[] = [];
    const loaded = await loadConfiguration(options);
    watch = watchConfiguration({
      loaded,
      options,
      onChange: (change) => void changes.push(change),
      onError: (error) => void errors.push(error),
      intervalMs,
    });
    return { changes, errors, write: (name: string, text: string) => writeFileSync(join(folder, name), text), folder };
  };

  it('tells each change of its files, also of those that are replaced, appear, or hold a secret', async () => {
    const { changes, write, folder } = await start({ token: TOKEN, 'shardgate.config.ts': `export default {};` }, 50);
    write('next.ts', `export default { log: { level: 'debug' } };`);
    renameSync(join(folder, 'next.ts'), join(folder, 'shardgate.config.ts'));
    // What changes before the first look at a file is seen with its next change.
    const touched = (): number => {
      const now = new Date();
      if (changes.length === 0) utimesSync(join(folder, 'shardgate.config.ts'), now, now);
      return changes.length;
    };
    await expect.poll(touched, { timeout: 10_000 }).toBe(1);
    write('.env', 'SHARDGATE_SHARDS_TOTAL=4\n');
    await expect.poll(() => changes.length, { timeout: 10_000 }).toBe(2);
    write('token', 'another');
    await expect.poll(() => changes.length, { timeout: 10_000 }).toBe(3);
    expect(changes.map(({ live, restart }) => ({ live, restart }))).toEqual([
      { live: ['log.level'], restart: [] },
      { live: [], restart: ['shards.total'] },
      { live: [], restart: ['token'] },
    ]);
    expect(changes[2]?.after.configuration).toMatchObject({ log: { level: 'debug' }, shards: { total: 4 } });
  });

  it('keeps the old state while the new one has mistakes', async () => {
    const { changes, errors, write } = await start({
      token: TOKEN,
      'shardgate.config.json': '{ "log": { "level": "warn" } }',
    });
    write('shardgate.config.json', '{ "log": { "level": "loud" } }');
    await watch?.reload();
    expect(changes).toEqual([]);
    expect(errors).toEqual([expect.objectContaining({ name: 'ConfigurationError' })]);
    write('shardgate.config.json', '{ "log": { "level": "debug" } }');
    await watch?.reload();
    expect(changes.map(({ before, live }) => [before.log.level, live])).toEqual([['warn', ['log.level']]]);
  });

  it('tells nobody once it is closed', async () => {
    const { changes, write } = await start({ token: TOKEN });
    const reload = watch?.reload();
    write('.env', 'SHARDGATE_LOG_LEVEL=warn\n');
    watch?.close();
    await reload;
    await watch?.reload();
    expect(changes).toEqual([]);
  });

  it('contains what the listener throws', async () => {
    const folder = folderWith();
    const options = { folder, env: { DISCORD_TOKEN: TOKEN } };
    const errors: unknown[] = [];
    watch = watchConfiguration({
      loaded: await loadConfiguration(options),
      options,
      onChange: () => Promise.reject(new Error('listener')),
      onError: (error) => {
        errors.push(error);
        throw new Error('listener of errors');
      },
    });
    writeFileSync(join(folder, '.env'), 'SHARDGATE_LOG_LEVEL=warn\n');
    await watch.reload();
    expect(errors).toEqual([expect.objectContaining({ message: 'listener' })]);
  });
});
