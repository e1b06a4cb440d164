import { join } from 'node:path';
import { assertClean, createSimulator } from '@shardgate/simulator';
import { afterEach, expect, it } from 'vitest';
import { root } from '../house/repository.ts';
import { startNode } from './child-process.ts';
import type { ChildProcess } from './child-process.ts';

const TOKEN = 'tutorial-token';
const simulator = createSimulator({ token: TOKEN, shards: 2, maxConcurrency: 2, guilds: 6, eventsPerSecond: 30 });
const running: ChildProcess[] = [];

afterEach(async () => {
  for (const child of running.reverse()) await child.stop();
  await simulator.close();
});

/** How often events of this name were printed by event handlers. */
function printed(name: string, ...handlers: readonly ChildProcess[]): number {
  return handlers.flatMap((handler) => handler.output().match(new RegExp(`^shard \\d+: ${name}$`, 'gm')) ?? []).length;
}

it(
  'the tutorial runs as three processes, and restarting the event handler loses no event',
  { timeout: 90_000 },
  async () => {
    const { apiUrl } = await simulator.start();
    const environment: Record<string, string> = {
      DISCORD_TOKEN: TOKEN,
      DISCORD_API_URL: apiUrl,
      REST_AUTHORIZATION: 'rest-key',
      REST_PORT: '0',
      EVENT_HANDLER_SECRET_KEY: 'event-key',
      EVENT_HANDLER_URL: 'http://127.0.0.1',
      EVENT_HANDLER_PORT: '0',
    };
    const start = (name: string): ChildProcess => {
      const child = startNode([join(root, 'examples/tutorial/dist', `${name}.js`)], environment);
      running.push(child);
      return child;
    };

    const [, restPort = ''] = await start('rest').printed(/ready at \S+:(\d+)/);
    const before = start('event-handler');
    const [, handlerPort = ''] = await before.printed(/ready .*"port":(\d+)/);
    Object.assign(environment, { REST_PORT: restPort, EVENT_HANDLER_PORT: handlerPort });

    const gateway = start('gateway');
    await gateway.printed(/shard 0 identified/);
    await gateway.printed(/shard 1 identified/);
    await before.printed(/shard 0: GUILD_LOADED_DD/);
    await before.printed(/shard 1: MESSAGE_CREATE/);

    expect(await before.stop()).not.toBeNull();
    const emitted = (): number => simulator.ledger.dispatches({ t: 'MESSAGE_CREATE' }).length;
    const whenStopped = emitted();
    await expect.poll(emitted, { timeout: 20_000 }).toBeGreaterThan(whenStopped + 5);
    const after = start('event-handler');
    await after.printed(/shard \d: MESSAGE_CREATE/);

    simulator.configure({ eventsPerSecond: 0 });
    await expect
      .poll(() => printed('MESSAGE_CREATE', before, after), { timeout: 20_000 })
      .toBeGreaterThanOrEqual(emitted());
    expect(gateway.output()).not.toContain('handleDiscordPayload');
    expect(gateway.output() + before.output() + after.output()).not.toContain(TOKEN);
    await gateway.stop();
    assertClean(simulator);
  },
);
