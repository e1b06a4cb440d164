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
const simulator = createSimulator({ token: TOKEN, shards: 2, maxConcurrency: 2, guilds: 6, eventsPerSecond: 60 });
const running: ChildProcess[] = [];
let folder = '';

afterEach(async () => {
  for (const child of running.reverse()) await child.stop();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

/** Ids of the messages that bots have printed, each as often as it was printed. */
function printed(bots: readonly ChildProcess[]): string[] {
  return bots.flatMap((bot) => bot.output().match(/^\d+\/\d+:\S+:\d+(?= )/gm) ?? []);
}

it(
  "the tutorial's bot and durable gateway are killed in turn, and every message is handled",
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
      // The tutorial's gateway does not say which port it was given, so it cannot be 0.
      EVENTS_PORT: String(await freePort()),
      STATE_FOLDER: folder,
    };
    const start = (name: string): ChildProcess => {
      const child = startNode([join(root, 'examples/tutorial/dist', `${name}.js`)], environment);
      running.push(child);
      return child;
    };
    const emitted = (): string[] =>
      simulator.ledger
        .dispatches({ t: 'MESSAGE_CREATE' })
        .map(({ shardId, shardCount, sessionId, seq }) => `${shardId}/${shardCount}:${sessionId}:${seq}`);
    const more = async (count: number): Promise<void> => {
      const before = emitted().length;
      await expect.poll(() => emitted().length, { timeout: 20_000 }).toBeGreaterThan(before + count);
    };

    const [, restPort = ''] = await start('rest').printed(/ready at \S+:(\d+)/);
    environment['REST_PORT'] = restPort;
    const gateway = start('durable-gateway');
    await gateway.printed(/shard 1 identified/);
    const bots = [start('bot')];
    await bots[0]?.printed(/^bot ready/m);
    await more(10);

    await bots[0]?.kill();
    await more(30);
    bots.push(start('bot'));
    await bots[1]?.printed(/^bot ready/m);
    await gateway.kill();
    await more(10);
    const second = start('durable-gateway');
    await second.printed(/shard 0 resumed/);
    await second.printed(/shard 1 resumed/);
    await more(10);

    simulator.configure({ eventsPerSecond: 0 });
    const missing = (): string[] => emitted().filter((id) => !printed(bots).includes(id));
    await expect.poll(missing, { timeout: 20_000 }).toEqual([]);
    expect(printed(bots).filter((id) => !emitted().includes(id))).toEqual([]);
    // One process never handles an event twice.
    for (const bot of bots) expect(new Set(printed([bot])).size).toBe(printed([bot]).length);
    expect(running.map((child) => child.output()).join('')).not.toContain(TOKEN);
    expect(await bots[1]?.stop()).toBe(0);
    expect(await second.stop()).toBe(0);
    assertClean(simulator, { needlessIdentifies: true });
  },
);
