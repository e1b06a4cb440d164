import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertClean, createSimulator } from '@shardgate/simulator';
import { afterEach, expect, it } from 'vitest';
import { root } from '../house/repository.ts';
import { startNode } from './child-process.ts';
import type { ChildProcess } from './child-process.ts';
import { freePort } from '../beds/free-port.ts';

const TOKEN = 'tutorial-token';
const simulator = createSimulator({ token: TOKEN, shards: 2, maxConcurrency: 4, guilds: 8, eventsPerSecond: 60 });
const running: ChildProcess[] = [];
let folder = '';

afterEach(async () => {
  for (const child of running.reverse()) await child.stop();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

it(
  "the tutorial's growing gateway goes from 2 to 4 shards, and its bot handles every message once",
  { timeout: 90_000 },
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
    const gateway = start('growing-gateway');
    await gateway.printed(/shard 1 identified/);
    const bot = start('bot');
    await bot.printed(/^bot ready/m);
    await bot.printed(/^\d+\/2:/m);

    gateway.type('check');
    await gateway.printed(/8 guilds on 2 shards are 0\.2 % of what they can hold, less than 80 %/);
    gateway.type('4');
    await gateway.printed(/2 to 4 shards: preparing/);
    await gateway.printed(/^4 shards have taken over$/m, 40_000);
    await gateway.printed(/^4 shards have taken over from 2$/m);
    await bot.printed(/^\d+\/4:/m);
    simulator.configure({ eventsPerSecond: 0 });

    // The id of an event is another in each session: its author and content tell what was said.
    const told = (): string[] => bot.output().match(/(?<=^\d+\/\d+:\S+:\d+ ).*$/gm) ?? [];
    const said = (): Set<string | undefined> =>
      new Set(simulator.ledger.dispatches({ t: 'MESSAGE_CREATE' }).map(({ key }) => key));
    await expect.poll(() => told().length, { timeout: 20_000 }).toBe(said().size);
    expect(bot.output()).not.toMatch(/lost/);
    expect(running.map((child) => child.output()).join('')).not.toContain(TOKEN);
    expect(await bot.stop()).toBe(0);
    expect(await gateway.stop()).toBe(0);
    assertClean(simulator);
  },
);
