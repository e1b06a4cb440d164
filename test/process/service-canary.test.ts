import { readdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator, type Fault } from '@shardgate/simulator';
import { expect, it, onTestFinished } from 'vitest';
import { ADMIN_KEY, SERVICE_TOKEN, startService, whenReady } from '../beds/service-process.ts';
import { startCommand } from './demo-process.ts';

/** Each begins like this, so that one search finds any of them. */
const CANARY = /canary/i;
const STREAM_KEY = 'canary-stream-key-0123456789';
const HTTP_KEY = 'canary-http-key-0123456789';
const SIGNING_KEY = 'canary-signing-key-0123456789';
const COMMAND_KEY = 'canary-command-key-0123456789';
const HOOK_SECRET = 'canary-hook-path';
const WEBHOOK = 'api/webhooks/100000000000000009/canary-webhook-token';

/** What a service can be asked, or told to do, without harm to the test. */
const PATHS = [
  '/',
  '/healthz',
  '/readyz',
  '/metrics',
  '/api/openapi.json',
  '/api/overview',
  '/api/rates',
  '/api/history',
  '/api/shards',
  '/api/shards/0',
  '/api/lanes',
  '/api/journal',
  '/api/budget',
  '/api/incidents',
  '/api/no-such-thing',
];

const FAULTS: readonly Fault[] = [
  { kind: 'drop', shard: 0 },
  { kind: 'reset', shard: 1 },
  { kind: 'close', shard: 0, code: 4000 },
  { kind: 'close', shard: 1, code: 4009 },
  { kind: 'reconnect', shard: 0, closeAfterMs: 500 },
];

it(
  'no secret of a whole run is in any output: log, answers, metrics, commands, files, how it ends',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shardgate-birds-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const simulator = createSimulator({ shards: 2, maxConcurrency: 2, token: SERVICE_TOKEN, eventsPerSecond: 200 });
    onTestFinished(() => simulator.close());
    const { apiUrl } = await simulator.start();
    // A consumer that is rude, and repeats what it was sent.
    let asked = 0;
    const consumer = createServer((request, response) => {
      request.resume();
      request.on('end', () => {
        response.statusCode = ++asked % 3 === 0 ? 500 : 403;
        response.end(`no: ${request.headers.authorization} ${request.url}`);
      });
    });
    await new Promise<void>((resolve) => consumer.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      consumer.closeAllConnections();
      consumer.close();
    });
    const { port } = consumer.address() as AddressInfo;

    const service = await startService({
      folder,
      apiUrl,
      configuration: {
        log: { level: 'trace' },
        commands: { http: { enabled: true, port: 0, secretKey: COMMAND_KEY } },
        statusMessages: { webhookUrl: `http://127.0.0.1:${port}/${WEBHOOK}`, intervalMs: 1_000 },
        sinks: [
          { type: 'unix', name: 'bot', path: join(folder, 'bot.sock'), secretKey: STREAM_KEY },
          { type: 'websocket', name: 'stream', port: 0, secretKey: STREAM_KEY, required: false },
          {
            type: 'http',
            name: 'hook',
            url: `http://127.0.0.1:${port}/${HOOK_SECRET}`,
            secretKey: HTTP_KEY,
            signingKey: SIGNING_KEY,
            required: false,
          },
        ],
      },
    });
    await whenReady(service);
    const url = await service.adminUrl;
    const seen: string[] = [];
    for (const fault of FAULTS) {
      simulator.fault(fault);
      for (const path of PATHS) seen.push((await service.call(path)).text);
      for (const path of PATHS)
        seen.push(await (await fetch(new URL(path, url), { headers: { Authorization: 'Bearer wrong' } })).text());
    }
    seen.push((await service.call('/api/shards/0/reconnect', { method: 'POST', body: {} })).text);
    seen.push((await service.call('/api/log-level', { method: 'PUT', body: { level: SERVICE_TOKEN } })).text);
    await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(2);
    await expect
      .poll(() => simulator.ledger.activity({ kind: 'resume' }).length, { timeout: 20_000 })
      .toBeGreaterThan(0);

    const env = { DISCORD_TOKEN: SERVICE_TOKEN, DISCORD_API_URL: apiUrl, SHARDGATE_ADMIN_SECRET_KEY: ADMIN_KEY };
    for (const parameters of [
      ['status', '--url', url],
      ['status', '--url', url, '--json'],
      ['config', 'print'],
      ['config', 'print', '--json'],
      ['doctor'],
      ['doctor', '--json'],
      ['start'],
      ['start', '--no-such-flag', SERVICE_TOKEN.replace('canary', 'a')],
      ['journal', 'inspect', join(folder, '.shardgate', 'journal')],
    ]) {
      const command = startCommand(parameters, { cwd: folder, env });
      await command.ended;
      seen.push(command.output());
    }

    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    seen.push(service.output());
    // A token that Discord refuses: how it ends says which one it was, but not what it is.
    const refused = await startService({
      folder,
      apiUrl,
      env: { DISCORD_TOKEN: 'canary-of-another.token.here' },
      configuration: { log: { level: 'trace' } },
    });
    expect(await refused.ended).not.toBe(0);
    seen.push(refused.output());

    expect(seen.join('').length, 'there was something to search').toBeGreaterThan(20_000);
    for (const text of seen) expect(around(text)).toBe('');
    const files = (await readdir(join(folder, '.shardgate'), { recursive: true, withFileTypes: true })).filter((file) =>
      file.isFile(),
    );
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const path = join(file.parentPath, file.name);
      expect([path, around(await readFile(path, 'latin1'))]).toEqual([path, '']);
    }
  },
);

/** The first canary with its surroundings; empty when there is none. */
function around(text: string): string {
  const at = text.search(CANARY);
  return at === -1 ? '' : text.slice(Math.max(0, at - 100), at + 60);
}
