import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertClean, createSimulator } from '@shardgate/simulator';
import { openStateReader } from '@shardgate/state/reader';
import { afterEach, expect, it } from 'vitest';
import { freePort } from '../beds/free-port.ts';
import { root } from '../house/repository.ts';
import { startNode } from './child-process.ts';
import type { ChildProcess } from './child-process.ts';

const TOKEN = 'tutorial-token';
const simulator = createSimulator({ token: TOKEN, shards: 2, maxConcurrency: 4, guilds: 8 });
const running: ChildProcess[] = [];
let folder = '';

afterEach(async () => {
  for (const child of running.reverse()) await child.stop();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

it(
  "the tutorial's bot knows its guilds at once, and what an edited message said before",
  { timeout: 60_000 },
  async () => {
    folder = await mkdtemp(join(tmpdir(), 'shardgate-tutorial-'));
    const { apiUrl } = await simulator.start();
    const environment: Record<string, string> = {
      DISCORD_TOKEN: TOKEN,
      DISCORD_API_URL: apiUrl,
      REST_AUTHORIZATION: 'rest-key',
      REST_PORT: '0',
      EVENT_HANDLER_SECRET_KEY: 'event-key',
      EVENT_HANDLER_URL: 'http://127.0.0.1',
      EVENT_HANDLER_PORT: '1',
      EVENTS_PORT: String(await freePort()),
      STATE_FOLDER: folder,
    };
    const start = (name: string): ChildProcess => {
      const child = startNode([join(root, 'examples/tutorial/dist', `${name}.js`)], environment);
      running.push(child);
      return child;
    };
    const [, restPort = ''] = await start('rest').printed(/ready at \S+:(\d+)/);
    environment['REST_PORT'] = restPort;
    const gateway = start('caching-gateway');
    await gateway.printed(/shard 0 identified/);
    await gateway.printed(/shard 1 identified/);
    // The guilds come after READY.
    await expect.poll(() => simulator.ledger.dispatches({ t: 'GUILD_CREATE' }).length, { timeout: 10_000 }).toBe(8);
    const first = start('remembering-bot');
    await first.printed(/^bot ready/m);
    expect(await first.stop()).toBe(0);

    const bot = start('remembering-bot');
    await bot.printed(/^8 guilds are known$/m);
    await bot.printed(/^bot ready/m);
    const [guildId = ''] = simulator.guilds.ids({ limit: 1 });
    const channel = { id: '1200000000000000001', guild_id: guildId, type: 0, name: 'general' };
    const message = { id: '1200000000000000002', channel_id: channel.id, guild_id: guildId };
    const author = { id: '80351110224678912', username: 'nelly' };
    simulator.emit({ t: 'CHANNEL_CREATE', d: channel });
    // Other processes see a change a quarter of a second after it.
    const cache = await openStateReader({ path: join(folder, 'state') });
    await expect.poll(() => cache.channel(channel.id)?.name, { timeout: 5_000 }).toBe('general');
    await cache.close();
    simulator.emit({ t: 'MESSAGE_CREATE', d: { ...message, author, content: 'helo' } });
    simulator.emit({ t: 'MESSAGE_UPDATE', d: { ...message, author, content: 'hello' } });
    simulator.emit({ t: 'MESSAGE_DELETE', d: message });
    await bot.printed(/^#general: "helo" became "hello"$/m);
    await bot.printed(/^1200000000000000002 said "hello"$/m);
    expect(running.map((child) => child.output()).join('')).not.toContain(TOKEN);
    expect(await bot.stop()).toBe(0);
    expect(await gateway.stop()).toBe(0);
    assertClean(simulator);
  },
);
