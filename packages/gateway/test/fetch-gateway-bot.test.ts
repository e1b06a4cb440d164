import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestBed } from './test-bed.ts';

const BOT = {
  url: 'wss://gateway.discord.gg',
  shards: 1,
  session_start_limit: { total: 1000, remaining: 999, reset_after: 1, max_concurrency: 1 },
};

let server: Server;
let asked = 0;
let answer: { status: number; headers?: Record<string, string>; body: string };

beforeEach(async () => {
  asked = 0;
  server = createServer((_request, response) => {
    asked++;
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
});

const apiUrl = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;

it('D28 a Retry-After of /gateway/bot is waited for, and no longer than ten minutes', async () => {
  const bed = createTestBed({ apiUrl: apiUrl(), maxShards: 0, maxConcurrency: undefined });
  answer = { status: 429, headers: { 'retry-after': '99999999' }, body: '{}' };
  void bed.gateway.spawnShards(bed.gateway);
  await expect.poll(() => bed.reported.some(([name]) => name === 'gatewayBotError')).toBe(true);
  answer = { status: 200, body: JSON.stringify(BOT) };
  await bed.clock.advance(590_000);
  expect(asked).toBe(1);
  expect(bed.sockets).toHaveLength(0);
  // Step by step: the answer comes over a real socket, while the time it may take is virtual.
  const socketsAfterASecond = (): Promise<number> => bed.clock.advance(1_000).then(() => bed.sockets.length);
  await expect.poll(socketsAfterASecond, { timeout: 20_000 }).toBe(1);
  expect(asked).toBe(2);
});

it.each([
  ['an HTML page', '<html>'],
  ['an error object', '{"message":"nope","code":0}'],
  ['a wrong shard count', JSON.stringify({ ...BOT, shards: '3' })],
])('%s is no gateway information', async (_, body) => {
  answer = { status: 200, body };
  const bed = createTestBed({ apiUrl: apiUrl() });
  await expect(bed.gateway.fetchGatewayBot(bed.gateway)).rejects.toMatchObject({ code: 'gatewayBotUnavailable' });
});
