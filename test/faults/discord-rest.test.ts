import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createGatewayManager, type GatewayManager } from '@shardgate/gateway';
import { createRealBed } from './real-bed.ts';

const TOKEN = 'canary.token.value';
const GOOD = {
  url: 'wss://gateway.discord.gg',
  shards: 1,
  session_start_limit: { total: 1_000, remaining: 900, reset_after: 3_600_000, max_concurrency: 1 },
};

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** An API that answers as it likes. */
async function startApi(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
}

async function managerFor(answer: RequestListener): Promise<GatewayManager> {
  return createGatewayManager({ token: TOKEN, apiUrl: await startApi(answer), handleDiscordPayload: () => {} });
}

describe('/gateway/bot over HTTP', () => {
  it.each([
    ['D27', 'a 401', 401, {}, '{"message":"401: Unauthorized","code":0}', 'tokenRejected'],
    [
      'D28',
      'a 429',
      429,
      { 'retry-after': '1' },
      '{"message":"You are being rate limited.","retry_after":1,"global":false}',
      'gatewayBotUnavailable',
    ],
    ['D28', 'a 500', 500, {}, '', 'gatewayBotUnavailable'],
    [
      'D28',
      'a page with status 200',
      200,
      { 'content-type': 'text/html' },
      '<!DOCTYPE html><h1>hello</h1>',
      'gatewayBotUnavailable',
    ],
    [
      'D28',
      'an object without limits',
      200,
      {},
      '{"url":"wss://gateway.discord.gg","shards":1}',
      'gatewayBotUnavailable',
    ],
    [
      'D28',
      'limits that are no numbers',
      200,
      {},
      JSON.stringify({ ...GOOD, session_start_limit: { total: '1000' } }),
      'gatewayBotUnavailable',
    ],
    ['D28', 'a redirect', 302, { location: 'http://127.0.0.1:9/' }, '', 'gatewayBotUnavailable'],
  ])('%s %s is an error with a code, and shows no token', async (_row, _what, status, headers, body, code) => {
    const gateway = await managerFor((_request, response) => response.writeHead(status, headers).end(body));
    const error: unknown = await gateway.fetchGatewayBot(gateway).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'GatewayError', code });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).cause)).not.toContain(
      'canary',
    );
  });

  it('D28 a connection that breaks in the middle of the answer is an error with a code', async () => {
    const gateway = await managerFor((_request, response) => {
      response.writeHead(200, { 'content-length': '500' }).write('{"url":');
      response.destroy();
    });
    await expect(gateway.fetchGatewayBot(gateway)).rejects.toMatchObject({ code: 'gatewayBotUnavailable' });
  });

  it.each(['Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 2199 23:59:59 GMT', 'yesterday'])(
    'D33 a Date header of %s is not looked at',
    async (date) => {
      const bed = await createRealBed({}, async (listening) => ({
        apiUrl: await startApi((_request, response) => {
          response
            .writeHead(200, { 'content-type': 'application/json', date })
            .end(JSON.stringify({ ...GOOD, url: listening.gatewayUrl }));
        }),
      }));
      closers.push(bed.end);
      await bed.ready();
      const { resetsAt, remaining } = bed.gateway.runtime.governor.status;
      expect(Math.abs((resetsAt ?? 0) - Date.now() - 3_600_000)).toBeLessThan(10_000);
      expect(remaining).toBe(899);
      expect(bed.identifies()).toBe(1);
    },
  );
});
