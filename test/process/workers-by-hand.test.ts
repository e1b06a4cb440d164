import { assertClean, createSimulator, type Simulator } from '@shardgate/simulator';
import { afterEach, expect, it } from 'vitest';
import { startNode, type ChildProcess } from '../docs/child-process.ts';
import { snippetModules } from '../docs/pages.ts';
import { writeProgram, type ProgramFolder } from '../docs/program-folder.ts';

const TOKEN = 'canary.by-hand.token';

let simulator: Simulator;
let program: ProgramFolder;
let bot: ChildProcess;
afterEach(async () => {
  await bot.stop();
  await program.remove();
  await simulator.close();
});

it('tellClusterToIdentify replaced by hand, as on our page, has each shard identified by a worker of its own', async () => {
  simulator = createSimulator({
    shards: 4,
    maxConcurrency: 4,
    guilds: 8,
    token: TOKEN,
    eventsPerSecond: 20,
    mix: { MESSAGE_CREATE: 1 },
  });
  const { apiUrl } = await simulator.start();
  const named = (file: string): string => {
    const module = snippetModules('docs/workers.md').find(({ path }) => path.endsWith(`/${file}`));
    if (module === undefined) throw new Error(`docs/workers.md has no ${file}`);
    return module.code;
  };
  program = await writeProgram({
    'workers-by-hand.ts': named('workers-by-hand.ts'),
    'workers-own-thread.ts': named('workers-own-thread.ts'),
  });
  bot = startNode([program.path('workers-by-hand.ts')], { DISCORD_TOKEN: TOKEN, DISCORD_API_URL: apiUrl });
  for (const place of ['worker 1, shard 0', 'worker 1, shard 1', 'worker 2, shard 2', 'worker 2, shard 3'])
    await bot.printed(new RegExp(`${place}: MESSAGE_CREATE`));
  expect(simulator.ledger.activity({ kind: 'identify' })).toHaveLength(4);
  assertClean(simulator);
});
