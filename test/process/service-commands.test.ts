import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator, type Simulator } from '@shardgate/simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ADMIN_KEY, SERVICE_TOKEN, startService, whenReady } from '../beds/service-process.ts';
import { startCommand, type CommandProcess } from './demo-process.ts';

let folder = '';
let simulator: Simulator;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shardgate-commands-'));
  simulator = createSimulator({ shards: 2, maxConcurrency: 2, token: SERVICE_TOKEN });
});

afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(
  parameters: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<[number | null, CommandProcess]> {
  const command = startCommand(parameters, { cwd: folder, env });
  return [await command.ended, command];
}

it('status, reconnect and a changed file reach a running service', { timeout: 60_000 }, async () => {
  const { apiUrl } = await simulator.start();
  const service = await startService({ folder, apiUrl });
  await whenReady(service);
  const url = await service.adminUrl;
  const env = { SHARDGATE_ADMIN_SECRET_KEY: ADMIN_KEY };

  const [code, status] = await run(['status', '--url', url, '--json'], env);
  expect([code, status.lines()]).toEqual([0, [expect.objectContaining({ ready: true, shardsHere: 2 })]]);
  const [refused, withoutKey] = await run(['status', '--url', url]);
  expect([refused, withoutKey.output()]).toEqual([2, expect.stringContaining('wants its key')]);

  const [done, reconnect] = await run(['reconnect', '1', '--url', url], env);
  expect([done, reconnect.output()]).toEqual([0, 'shard 1 reconnects\n']);
  await expect
    .poll(() => simulator.ledger.activity({ kind: 'resume', shardId: 1 }).length, { timeout: 10_000 })
    .toBe(1);

  const path = join(folder, 'shardgate.config.json');
  const file = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...file, events: { ignore: ['TYPING_START'] }, shards: { total: 4 } }));
  await service.printed(/changed: events\.ignore/);
  await service.printed(/takes effect at the next start: shards\.total/);
  service.child.kill('SIGTERM');
  expect(await service.ended).toBe(0);
});

it('doctor finds a wrong token, and all well with a good one', { timeout: 30_000 }, async () => {
  const { apiUrl } = await simulator.start();
  const env = {
    DISCORD_API_URL: apiUrl,
    SHARDGATE_ADMIN_PORT: '0',
    SHARDGATE_SINKS: '[{"type":"websocket","name":"events","port":0}]',
  };
  const [good, well] = await run(['doctor', '--json'], { ...env, DISCORD_TOKEN: SERVICE_TOKEN });
  expect([good, well.lines().map(({ verdict }) => verdict)], well.output()).toEqual([
    0,
    well.lines().map(() => 'good'),
  ]);
  const [bad, ill] = await run(['doctor'], { ...env, DISCORD_TOKEN: 'another.token.here' });
  expect([bad, ill.output()]).toEqual([1, expect.stringContaining('✗ token:')]);
});
