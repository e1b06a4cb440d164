import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRestProcess } from '@shardgate/rest';
import { assertClean, createSimulator } from '@shardgate/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { startNode } from './child-process.ts';
import { compile } from './compile.ts';
import { writeProgram } from './program-folder.ts';
import { assembleSeedTutorial, CONFIGS, DEPS, seedTutorialBlocks } from './seed-tutorial.ts';

const TOKEN = 'seed-token';
/** The seed's way of sending cannot carry text beyond Latin-1 nor large events; these have neither. */
const MIX = { MESSAGE_CREATE: 1 };
const blocks = seedTutorialBlocks();
if (blocks === undefined) console.log('skipped: the seed documents are not beside the repository (../shared/seeds)');

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Listens on a free port and gives it. */
async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  return (server.address() as AddressInfo).port;
}

describe.skipIf(blocks === undefined)("the original tutorial's snippets, unchanged but for their imports", () => {
  it('compile under strict', { timeout: 60_000 }, () => {
    const complaints = compile([
      { path: 'test/docs/.snippets/seed/gateway.ts', code: assembleSeedTutorial(blocks ?? []) },
      { path: 'test/docs/.snippets/seed/configs.ts', code: CONFIGS },
      { path: 'test/docs/.snippets/seed/deps.ts', code: DEPS },
    ]);
    expect(complaints).toEqual([]);
  });

  it(
    'run: shards come up through the REST process and events arrive at the event handler',
    { timeout: 60_000 },
    async () => {
      const simulator = createSimulator({
        token: TOKEN,
        shards: 2,
        maxConcurrency: 2,
        guilds: 4,
        eventsPerSecond: 20,
        mix: MIX,
      });
      const { apiUrl, gatewayUrl } = await simulator.start();
      cleanUps.push(() => simulator.close());
      const restProcess = createRestProcess({ token: TOKEN, secretKey: 'rest-key', port: 0, discordUrl: apiUrl });
      const { port: restPort } = await restProcess.start(restProcess);
      cleanUps.push(() => restProcess.stop(restProcess));
      const deliveries: IncomingHttpHeaders[] = [];
      const handlerPort = await listen(
        createServer((request, response) => {
          deliveries.push(request.headers);
          response.end();
        }),
      );

      const gateway = startNode([await writeSeed(gatewayUrl)], {
        DISCORD_TOKEN: TOKEN,
        EVENT_HANDLER_SECRET_KEY: 'event-key',
        EVENT_HANDLER_URL: 'http://127.0.0.1',
        EVENT_HANDLER_PORT: String(handlerPort),
        REST_AUTHORIZATION: 'rest-key',
        REST_PORT: String(restPort),
      });
      cleanUps.push(() => gateway.stop());

      const eventNames = (): string[] => deliveries.map(({ body }) => /"t":"(\w+)"/.exec(String(body))?.[1] ?? '');
      await expect.poll(eventNames, { timeout: 30_000, message: gateway.output() }).toContain('MESSAGE_CREATE');
      expect(eventNames()).toContain('GUILD_LOADED_DD');
      // As printed, `method` and `body` are headers, so what arrives is a GET that carries them as such.
      expect(deliveries[0]).toMatchObject({
        authorization: 'event-key',
        method: 'POST',
        body: expect.stringMatching(/^\{"shardId":\d/),
      });
      expect(simulator.ledger.activity({ kind: 'identify' })).toHaveLength(2);
      assertClean(simulator);
    },
  );
});

/** The assembled program on disk. */
async function writeSeed(gatewayUrl: string): Promise<string> {
  // The seed never hands Discord's address to the manager; its `deps.ts`, which is the user's own, points the manager at the simulator.
  const deps = `
    import { createGatewayManager as create } from 'shardgate';
    export { BASE_URL, createRestManager, endpoints } from 'shardgate';
    export const createGatewayManager = (options) => create({ ...options, urlWSS: '${gatewayUrl}' });`;
  const program = await writeProgram({
    'gateway.ts': assembleSeedTutorial(blocks ?? []),
    'configs.ts': CONFIGS,
    'deps.ts': deps,
  });
  cleanUps.push(program.remove);
  return program.path('gateway.ts');
}
