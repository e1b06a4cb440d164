import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator, type Simulator, type SimulatorOptions } from '@shardgate/simulator';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ADMIN_KEY, SERVICE_TOKEN, startService, whenReady, type ServiceSettings } from '../beds/service-process.ts';
import { startCommand } from './demo-process.ts';

let folder = '';
let simulator: Simulator | undefined;
let taken: Server | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shardgate-service-'));
});

afterEach(async () => {
  taken?.close();
  await simulator?.close();
  await rm(folder, { recursive: true, force: true });
});

async function discord(options: SimulatorOptions = {}): Promise<string> {
  simulator = createSimulator({ shards: 2, maxConcurrency: 2, token: SERVICE_TOKEN, ...options });
  return (await simulator.start()).apiUrl;
}

/** Starts a service that cannot run; its exit code and the line that says why. */
async function refusal(settings: Omit<ServiceSettings, 'folder'>): Promise<{ code: number | null; line: string }> {
  const service = await startService({ folder, ...settings });
  const code = await service.ended;
  const lines = service
    .output()
    .trimEnd()
    .split('\n')
    .filter((line) => line.startsWith('shardgate: '));
  expect(lines, service.output()).toHaveLength(1);
  expect(service.output()).not.toContain(SERVICE_TOKEN);
  expect(service.output()).not.toContain(ADMIN_KEY);
  return { code, line: lines[0] ?? '' };
}

const connects = (): number => simulator?.ledger.activity({ kind: 'connect' }).length ?? 0;

it('a wrong token ends it with code 3 before a connection is opened', async () => {
  const apiUrl = await discord({ token: 'another' });
  const { code, line } = await refusal({ apiUrl });
  expect([code, connects()]).toEqual([3, 0]);
  expect(line).toMatch(/token/);
});

it('an intent that was not granted ends it with code 4 after one connection', async () => {
  const apiUrl = await discord({ shards: 4, maxConcurrency: 1, privilegedIntents: 0 });
  const { code, line } = await refusal({
    apiUrl,
    configuration: { admin: { port: 0 }, intents: ['Guilds', 'GuildMembers'] },
  });
  expect(code).toBe(4);
  expect(line).toMatch(/intent/);
  expect(simulator?.ledger.activity({ kind: 'identify' }).length).toBe(1);
});

it('a budget that is used up ends it with code 5, names the time, and opens no session', async () => {
  const apiUrl = await discord();
  simulator?.setIdentifyRemaining(0);
  const { code, line } = await refusal({ apiUrl });
  expect(code).toBe(5);
  expect(line).toMatch(/0 of 1000 are left.*start again after \d{4}-\d\d-\d\dT/);
  expect(simulator?.ledger.activity({ kind: 'identify' }).length).toBe(0);
});

it('a port that is in use ends it with code 6, be it the admin API’s or a sink’s', async () => {
  const apiUrl = await discord();
  taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken?.once('listening', resolve));
  const { port } = taken.address() as AddressInfo;
  const admin = await refusal({ apiUrl, configuration: { admin: { port } } });
  expect([admin.code, admin.line]).toEqual([6, expect.stringContaining(`127.0.0.1:${port}`)]);
  const sink = await refusal({
    apiUrl,
    configuration: { admin: { port: 0 }, sinks: [{ type: 'websocket', name: 'events', port }] },
  });
  expect([sink.code, sink.line]).toEqual([6, expect.stringContaining(`sink 'events'`)]);
  expect(connects()).toBe(0);
});

it('a folder that cannot be written to ends it with code 7', async () => {
  const apiUrl = await discord();
  await writeFile(join(folder, 'file'), '');
  const { code, line } = await refusal({
    apiUrl,
    configuration: { admin: { port: 0 }, folder: join(folder, 'file', 'state') },
  });
  expect([code, connects()]).toEqual([7, 0]);
  expect(line).toContain(join(folder, 'file', 'state'));
});

it('a second one in the same folder ends with code 8, and the first goes on', async () => {
  const apiUrl = await discord();
  const first = await startService({ folder, apiUrl });
  await whenReady(first);
  const before = connects();
  const { code, line } = await refusal({
    apiUrl,
    configuration: { admin: { port: 0 }, sinks: [{ type: 'unix', name: 'bot', path: join(folder, 'other.sock') }] },
  });
  expect([code, connects() - before]).toEqual([8, 0]);
  expect(line).toMatch(/process/);
  expect((await first.call('/readyz')).status).toBe(200);
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
});

it('a wrong configuration ends it with code 2, and every mistake is named at once', async () => {
  const command = startCommand(['start', '--log-level', 'loud'], {
    cwd: folder,
    env: { SHARDGATE_ADMIN_PORT: '70000', SHARDGATE_SHARDS_ENCODING: 'xml' },
  });
  expect(await command.ended).toBe(2);
  for (const part of ['token', 'admin.port', '70000', 'shards.encoding', 'xml', 'log.level', 'loud'])
    expect(command.output()).toContain(part);
});
